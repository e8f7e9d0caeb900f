import { Code, ConnectError, createClient, createRouterTransport } from '@connectrpc/connect'
import { expect, test } from 'vitest'
import { createOutbox } from '../../../src/agent/link/outbox.ts'
import type { CommandResult } from '../../../src/model/command.ts'
import type { DriftReport, Heal } from '../../../src/model/drift.ts'
import { AgentService } from '../../../src/protocol/generated/plumbline/v1/agent_pb.ts'
import { change, field } from '../../server/report/views.ts'

/** A server that takes all but what is named `refused`, until it recovers, and an agent that talks to it. */
function talk(code: Code) {
  let isWell = false
  const taken: string[] = []
  const reports: DriftReport[] = []
  const warned: string[] = []
  const take = (name: string) => {
    if (name === 'refused' && !isWell) throw new ConnectError('not this', code)
    taken.push(name)
    return {}
  }
  const transport = createRouterTransport(({ service }) => {
    service(AgentService, {
      complete: ({ commandId }) => take(commandId),
      reportDrift({ reportJson }) {
        const report = JSON.parse(reportJson) as DriftReport
        const answered = take(report.application)
        reports.push(report)
        return answered
      },
    })
  })
  const logger = { info() {}, warn: (_: object, message: string) => void warned.push(message) }
  const recover = () => {
    isWell = true
  }
  const outbox = createOutbox(createClient(AgentService, transport), logger)
  return { outbox, taken, reports, warned, recover }
}

const answer: CommandResult = { kind: 'plan', outcome: { kind: 'failed', problems: [] } }

function reportOf(application: string, more: Partial<DriftReport> = {}): DriftReport {
  return {
    application,
    cluster: 'dev',
    namespace: 'shop',
    revision: null,
    drifted: [],
    healed: [],
    fight: null,
    observedAt: '2026-03-01T12:00:00.000Z',
    ...more,
  }
}

test.each([
  ['that is not what the protocol says', Code.InvalidArgument],
  ['that is too long', Code.ResourceExhausted],
])('what the server refuses for good, %s, keeps nothing else waiting', async (_, code) => {
  const { outbox, taken, warned } = talk(code)
  outbox.settle('refused', answer)
  outbox.settle('second', answer)
  outbox.reportDrift(reportOf('refused'))
  outbox.reportDrift(reportOf('shop'))
  await expect.poll(() => taken).toEqual(['second', 'shop'])
  expect(warned).toEqual(Array(2).fill('the server refused an answer or report'))
})

test('what the server could not take now waits, and goes out in order with the next flush', async () => {
  const { outbox, taken, warned, recover } = talk(Code.Unavailable)
  outbox.settle('refused', answer)
  outbox.settle('second', answer)
  await expect.poll(() => warned.length).toBe(2)
  expect(taken).toEqual([])
  recover()
  outbox.flush(new AbortController().signal)
  await expect.poll(() => taken).toEqual(['refused', 'second'])
})

test('what the server fails on waits, and keeps nothing else waiting', async () => {
  const { outbox, taken, warned, recover } = talk(Code.Internal)
  outbox.reportDrift(reportOf('refused'))
  outbox.reportDrift(reportOf('shop'))
  await expect.poll(() => taken).toEqual(['shop'])
  expect(warned).toContain('the server failed on an answer or report; it will be sent again')
  recover()
  outbox.flush(new AbortController().signal)
  await expect.poll(() => taken).toEqual(['shop', 'refused'])
})

test('the newest report takes the place of one that waits, with what that one says of heals', async () => {
  const { outbox, reports, recover } = talk(Code.Unavailable)
  const heal = (at: number): Heal => ({ id: '/ConfigMap/shop/a', at: String(at), change: change() })
  const settled = change({ id: '/ConfigMap/shop/b' })
  outbox.reportDrift(reportOf('refused', { healed: [heal(0)], drifted: [settled] }))
  outbox.reportDrift(reportOf('refused', { healed: Array.from({ length: 199 }, (_, at) => heal(at + 1)) }))
  outbox.reportDrift(reportOf('refused', { healed: [heal(200)] }))
  recover()
  outbox.flush(new AbortController().signal)
  await expect.poll(() => reports.length).toBe(1)
  expect(reports[0]?.drifted).toEqual([])
  expect(reports[0]?.healed.map(it => it.at)).toEqual(Array.from({ length: 200 }, (_, at) => String(at + 1)))
})

test('a storm is told whole, with as many diffs and fields as may be sent', async () => {
  const { outbox, reports } = talk(Code.Internal)
  const stormy = (id: string, size: number, note: string | null = null) =>
    change({ id, note, fields: [field({ before: 'y'.repeat(size) })], diff: 'x'.repeat(size) })
  const mib = 1024 ** 2
  const drifted = [
    stormy('a', 1.5 * mib),
    stormy('b', 1.5 * mib, 'as it was'),
    stormy('c', 1.5 * mib),
    ...Array.from({ length: 1000 }, (_, at) => stormy(`d${at}`, 50)),
  ]
  outbox.reportDrift(reportOf('shop', { drifted, healed: [{ id: 'a', at: 'now', change: drifted[0]! }] }))
  await expect.poll(() => reports.length).toBe(1)
  const told = reports[0]!
  expect(JSON.stringify(told).length).toBeLessThan(8 * mib)
  expect(told.drifted).toEqual([
    drifted[0],
    { ...drifted[1], diff: '', note: 'as it was; its diff was too large to send' },
    {
      ...drifted[2],
      diff: '',
      fields: [],
      note: 'what differs in it was too large to send; its diff was too large to send',
    },
    ...drifted.slice(3),
  ])
  expect(told.healed).toMatchObject([{ id: 'a', change: { diff: '', fields: [] } }])
})

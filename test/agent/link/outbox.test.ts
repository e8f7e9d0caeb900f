import { Code, ConnectError, createClient, createRouterTransport } from '@connectrpc/connect'
import { expect, test } from 'vitest'
import { createOutbox } from '../../../src/agent/link/outbox.ts'
import type { CommandResult } from '../../../src/model/command.ts'
import type { DriftReport } from '../../../src/model/drift.ts'
import { AgentService } from '../../../src/protocol/generated/plumbline/v1/agent_pb.ts'

/** A server that takes all but what is named `refused`, until it recovers, and an agent that talks to it. */
function talk(code: Code) {
  let isWell = false
  const taken: string[] = []
  const warned: string[] = []
  const take = (name: string) => {
    if (name === 'refused' && !isWell) throw new ConnectError('not this', code)
    taken.push(name)
    return {}
  }
  const transport = createRouterTransport(({ service }) => {
    service(AgentService, {
      complete: ({ commandId }) => take(commandId),
      reportDrift: ({ reportJson }) => take((JSON.parse(reportJson) as DriftReport).application),
    })
  })
  const logger = { info() {}, warn: (_: object, message: string) => void warned.push(message) }
  const recover = () => {
    isWell = true
  }
  return { outbox: createOutbox(createClient(AgentService, transport), logger), taken, warned, recover }
}

const answer: CommandResult = { kind: 'plan', outcome: { kind: 'failed', problems: [] } }

function reportOf(application: string): DriftReport {
  return {
    application,
    cluster: 'dev',
    namespace: 'shop',
    revision: null,
    drifted: [],
    healed: [],
    fight: null,
    observedAt: '2026-03-01T12:00:00.000Z',
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

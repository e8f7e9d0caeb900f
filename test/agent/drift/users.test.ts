import { appendFile, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, inject, onTestFinished, test } from 'vitest'
import { type AuditLog, createAuditLog } from '../../../src/agent/drift/audit-log.ts'
import { kubectl, type Shop, useSyncFixture } from '../sync/fixture.ts'
import { frontend, settings } from '../sync/objects.ts'
import { listen } from './listener.ts'

const fixture = useSyncFixture('bare-audited')
const { plane } = fixture
let auditLog: AuditLog

beforeAll(async () => {
  const answer = await fetch(`${inject('services')}/audit-log`)
  auditLog = createAuditLog({ path: await answer.text() })
})

/** `kubectl` by a person who may do everything. */
const by = (user: string, shop: Shop, ...args: readonly string[]) =>
  kubectl(plane, ['-n', shop.namespace, `--as=${user}`, '--as-group=system:masters', ...args])

const patch = (user: string, shop: Shop, body: object, ...more: readonly string[]) =>
  by(user, shop, 'patch', 'configmap/settings', '--type=merge', '-p', JSON.stringify(body), ...more)

/** Impersonated, so that both are told. */
const told = (user: string) => `${user} (by admin)`

describe('where there is an audit log, drift is told with the user', () => {
  test('who changed a field, and not others who changed what is not ours', async () => {
    const shop = await fixture.shop()
    await shop.sync([settings('fast')])
    const listener = await listen(fixture, { application: shop.application.name, auditLog })
    await patch('bob', shop, { data: { more: 'mine' } }, '--field-manager=bobs-tool')
    await patch('alice', shop, { data: { mode: 'slow' } })
    const report = await listener.until(it => it?.drifted.length === 1)
    expect(report?.drifted[0]?.fields).toMatchObject([
      { path: '/data/mode', manager: 'kubectl-patch', operation: 'Update', user: told('alice') },
    ])
    listener.stop()
  })

  test('who scaled', async () => {
    const runs = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      current: 'true',
      inProgress: null,
      failed: null,
    }
    const shop = await fixture.shop({ healthCheckExprs: [runs] })
    expect(await shop.sync([frontend()])).toMatchObject({ outcome: 'synced' })
    const listener = await listen(fixture, { application: shop.application.name, auditLog })
    await by('carol', shop, 'scale', 'deployment/frontend', '--replicas=7')
    const report = await listener.until(it => it?.drifted.length === 1)
    expect(report?.drifted[0]?.fields).toMatchObject([{ path: '/spec/replicas', user: told('carol') }])
    listener.stop()
  })

  test('who removed a field, of which managedFields keep no trace; nobody, if it may have been two', async () => {
    const shop = await fixture.shop()
    await shop.sync([settings('fast')])
    const listener = await listen(fixture, { application: shop.application.name, auditLog })
    await patch('dave', shop, { data: { mode: null } })
    const first = await listener.until(it => it?.drifted.length === 1)
    expect(first?.drifted[0]?.fields).toMatchObject([{ manager: null, user: told('dave') }])
    await shop.sync([settings('faster')])
    await listener.until(it => it?.drifted.length === 0)
    await patch('erin', shop, { data: { more: 'x' } })
    await patch('frank', shop, { data: { mode: null } })
    const second = await listener.until(it => it?.drifted.length === 1)
    expect(second?.drifted[0]?.fields).toMatchObject([{ manager: null, user: null }])
    listener.stop()
  })

  test('who deleted an object, and that is kept when it is healed', async () => {
    const shop = await fixture.shop({ selfHeal: true })
    await shop.sync([settings('fast')])
    const listener = await listen(fixture, { application: shop.application.name, auditLog })
    await by('grace', shop, 'delete', 'configmap/settings')
    const report = await listener.until(it => it?.healed.length === 1)
    expect(report?.healed[0]?.change).toMatchObject({
      action: 'create',
      deletedBy: { user: told('grace') },
    })
    await expect
      .poll(async () => (await fixture.state.get(shop.application.name, plane.signal))?.status.heals)
      .toMatchObject({ total: 1, recent: [{ deletedBy: told('grace'), fields: [] }] })
    listener.stop()
  })
})

describe('an audit log', () => {
  const object = { group: '', resource: 'configmaps', namespace: 'shop', name: 'settings' }
  const line = (user: string, at: string, more: object = {}) =>
    `${JSON.stringify({
      kind: 'Event',
      stage: 'ResponseComplete',
      verb: 'patch',
      user: { username: user },
      userAgent: 'kubectl/v1.36',
      objectRef: { resource: 'configmaps', namespace: 'shop', name: 'settings', apiVersion: 'v1' },
      responseStatus: { code: 200 },
      // What was written stands before the times, as the API server has it.
      requestObject: null,
      requestReceivedTimestamp: at,
      stageTimestamp: at,
      ...more,
    })}\n`

  async function folder(): Promise<string> {
    const made = await mkdtemp(join(tmpdir(), 'plumbline-log-'))
    onTestFinished(() => rm(made, { recursive: true, force: true }))
    return made
  }

  async function usersOf(path: string, mostBytes?: number): Promise<readonly string[]> {
    const log = createAuditLog({ path, ...(mostBytes === undefined ? {} : { mostBytes }) })
    const since = new Date('2026-11-20T10:00:00Z')
    const writes = await log.writesOf([object], since, plane.signal)
    return (writes.get(object) ?? []).map(it => it.user)
  }

  test('is read back as far as it matters, over rotated files, and over lines that are no events', async () => {
    const at = await folder()
    const path = join(at, 'audit.log')
    await writeFile(path, line('early', '2026-11-20T08:00:00Z') + line('alice', '2026-11-20T10:00:01Z'))
    await rename(path, join(at, 'audit-2026-11-20T10-00-02.000.log'))
    await writeFile(path, `no JSON of "name":"settings"\n${line('bob', '2026-11-20T10:00:03Z')}`)
    await appendFile(path, line('half', '2026-11-20T10:00:04Z').slice(0, -40))
    expect(await usersOf(path)).toEqual(['alice', 'bob'])
  })

  test('is read on past a watch that was begun long ago, and past what people write into objects', async () => {
    const path = join(await folder(), 'audit.log')
    const watch = { verb: 'watch', requestReceivedTimestamp: '2026-11-20T08:00:00Z' }
    const tricky = { requestObject: { data: { stageTimestamp: '2000-01-01T00:00:00Z' } } }
    await writeFile(
      path,
      line('alice', '2026-11-20T10:00:01Z') +
        line('bob', '2026-11-20T10:00:02Z', watch) +
        line('mallory', '2026-11-20T10:00:03Z', tricky),
    )
    expect(await usersOf(path)).toEqual(['alice', 'mallory'])
  })

  test('is read once for hundreds of objects', async () => {
    const path = join(await folder(), 'audit.log')
    const lines = Array.from({ length: 20_000 }, (_, n) =>
      line('x', '2026-11-20T10:00:01Z', {
        objectRef: { resource: 'configmaps', namespace: 'shop', name: `settings-${n}` },
      }),
    )
    await writeFile(path, lines.join(''))
    const objects = Array.from({ length: 300 }, (_, n) => ({ ...object, name: `settings-${n * 60}` }))
    const writes = await createAuditLog({ path }).writesOf(
      objects,
      new Date('2026-11-20T10:00:00Z'),
      plane.signal,
    )
    expect([...writes.values()].every(it => it.length === 1)).toBe(true)
  })

  test('is not read farther back than allowed', async () => {
    const path = join(await folder(), 'audit.log')
    const lines = Array.from({ length: 9000 }, (_, n) => line(`user-${n}`, '2026-11-20T10:00:01Z'))
    await writeFile(path, lines.join(''))
    const users = await usersOf(path, 1024 * 1024)
    expect(users.at(-1)).toBe('user-8999')
    expect(users.length).toBeGreaterThan(1000)
    expect(users.length).toBeLessThan(8000)
  })

  test.each([
    ['a dry run', { requestURI: '/api/v1/namespaces/shop/configmaps/settings?dryRun=All' }],
    ['what was refused', { responseStatus: { code: 409 } }],
    ['what has only begun', { stage: 'RequestReceived' }],
    ['a read', { verb: 'get' }],
    [
      'a delete of others',
      {
        verb: 'deletecollection',
        requestURI: '/api/v1/namespaces/shop/configmaps?labelSelector=a%3Db',
        objectRef: { resource: 'configmaps', namespace: 'shop' },
      },
    ],
    ['a delete that is only tried', { verb: 'delete', requestObject: { dryRun: ['All'] } }],
    [
      'an object of another namespace',
      { objectRef: { resource: 'configmaps', namespace: 'b', name: 'settings' } },
    ],
    [
      'an object of another kind',
      { objectRef: { resource: 'secrets', namespace: 'shop', name: 'settings' } },
    ],
  ])('does not count %s', async (_, more) => {
    const path = join(await folder(), 'audit.log')
    await writeFile(path, line('alice', '2026-11-20T10:00:01Z', more))
    expect(await usersOf(path)).toEqual([])
  })
})

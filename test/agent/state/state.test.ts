import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, test } from 'vitest'
import { ClusterError } from '../../../src/agent/cluster/cluster.ts'
import { createCluster } from '../../../src/agent/cluster/create-cluster.ts'
import { createState } from '../../../src/agent/state/create-state.ts'
import { applicationResource, secretResource } from '../../../src/agent/state/schema.ts'
import type { Journal, State } from '../../../src/agent/state/state.ts'
import type { HealHistory } from '../../../src/model/drift.ts'
import type { RepositoryRef } from '../../../src/model/repository.ts'
import { ensureBinaries } from '../../../tools/control-plane/binaries.ts'
import { application } from '../../builders/application.ts'
import { useControlPlane } from '../../control-plane.ts'
import { limitedKubeConfig } from '../cluster/limited-user.ts'

const plane = useControlPlane()
const namespace = plane.freeName('state')
const repository: RepositoryRef = {
  forge: 'github',
  host: 'github.com',
  fullName: 'acme/shop',
  cloneUrl: 'https://github.com/acme/shop.git',
}
const revision = (digit: string) => digit.repeat(40)
let now = new Date('2026-05-01T10:00:00Z')
let state: State

beforeAll(async () => {
  state = createState(plane.cluster, { namespace, clock: () => now })
  plane.cleanUp({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } })
  await state.prepare(plane.signal)
})

const configMap = (name: string, data: Record<string, string> = {}) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'shop' },
  data,
})

async function kubectl(...args: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(`${await ensureBinaries()}/kubectl`, [
    `--kubeconfig=${plane.kubeconfig}`,
    `--namespace=${namespace}`,
    ...args,
  ])
  return stdout
}

const secretNames = async () =>
  (await plane.cluster.list(secretResource, { namespace, metadataOnly: true }, plane.signal)).map(
    it => it.metadata.name,
  )

describe('applications', () => {
  test('are kept as assigned', async () => {
    const kept = application({ name: 'kept' })
    await state.assign(kept, repository, plane.signal)
    expect(await state.get('kept', plane.signal)).toEqual({
      application: kept,
      repository,
      status: {
        revision: null,
        digest: null,
        syncedAt: null,
        inventory: [],
        failedRevision: null,
        heldBack: null,
        moving: [],
        heals: { total: 0, recent: [] },
        conditions: [],
      },
    })
    expect((await state.list(plane.signal)).map(it => it.application.name)).toContain('kept')
    expect(await state.get('unknown', plane.signal)).toBeNull()
  })

  test('change when they are assigned differently, and cost no write when not', async () => {
    await state.assign(application({ name: 'twice', namespace: 'one' }), repository, plane.signal)
    const moved = application({ name: 'twice', namespace: 'two' })
    await state.assign(moved, null, plane.signal)
    expect(await state.get('twice', plane.signal)).toMatchObject({ application: moved, repository: null })
    plane.forgetRequests()
    await state.assign(moved, null, plane.signal)
    expect(plane.requests.map(it => it.method)).toEqual(['GET'])
  })

  test('are skipped, and told of, when somebody made them unreadable', async () => {
    const told: string[] = []
    const watchful = createState(plane.cluster, { namespace, onUnreadable: name => told.push(name) })
    await watchful.assign(application({ name: 'edited' }), null, plane.signal)
    const body = { spec: { syncPolicy: { retry: { backoff: { duration: 'soon' } } } } }
    await plane.cluster.patch(
      applicationResource,
      { namespace, name: 'edited' },
      { type: 'merge', body },
      plane.signal,
    )
    expect((await watchful.list(plane.signal)).map(it => it.application.name)).not.toContain('edited')
    expect(told).toEqual(['edited'])
  })

  test('are forgotten with all that was kept of them', async () => {
    await state.assign(application({ name: 'gone' }), null, plane.signal)
    await state.saveRevision(
      'gone',
      { revision: revision('a'), objects: [configMap('a')], limit: 3 },
      plane.signal,
    )
    await state.forget('gone', plane.signal)
    await state.forget('gone', plane.signal)
    expect(await state.get('gone', plane.signal)).toBeNull()
    expect((await secretNames()).filter(it => it.includes('gone'))).toEqual([])
  })
})

describe('status', () => {
  test('is merged, and the time of a condition moves only with its status', async () => {
    await state.assign(application({ name: 'status' }), repository, plane.signal)
    const synced = { type: 'Synced', status: 'True', reason: 'SyncSucceeded', message: 'synced' } as const
    now = new Date('2026-05-01T10:00:00Z')
    await state.saveStatus(
      'status',
      {
        revision: revision('a'),
        digest: 'sha256:1',
        syncedAt: '2026-05-01T10:00:00Z',
        inventory: ['/ConfigMap/shop/a'],
        conditions: [synced],
      },
      plane.signal,
    )
    now = new Date('2026-05-01T11:00:00Z')
    await state.saveStatus(
      'status',
      {
        failedRevision: revision('b'),
        conditions: [
          { ...synced, message: 'still synced' },
          { type: 'Drifted', status: 'False', reason: 'NoDrift', message: '' },
        ],
      },
      plane.signal,
    )
    expect((await state.get('status', plane.signal))?.status).toMatchObject({
      revision: revision('a'),
      inventory: ['/ConfigMap/shop/a'],
      failedRevision: revision('b'),
    })
    const read = await plane.cluster.get(applicationResource, { namespace, name: 'status' }, plane.signal)
    expect(read?.['status']).toMatchObject({
      observedGeneration: 1,
      conditions: [
        {
          type: 'Synced',
          message: 'still synced',
          lastTransitionTime: '2026-05-01T10:00:00Z',
          observedGeneration: 1,
        },
        { type: 'Drifted', lastTransitionTime: '2026-05-01T11:00:00Z' },
      ],
    })
    await state.saveStatus('status', { failedRevision: null, inventory: [] }, plane.signal)
    expect((await state.get('status', plane.signal))?.status).toMatchObject({
      failedRevision: null,
      inventory: [],
    })
  })

  test('keeps what was healed, and who had made it necessary where that is known', async () => {
    await state.assign(application({ name: 'healed' }), repository, plane.signal)
    const field = { path: '/spec/replicas', from: '5', to: '3', manager: 'kubectl', user: 'alice' }
    const nobody = { path: '/data/mode', from: 'slow', to: 'fast', manager: null, user: null }
    const heals: HealHistory = {
      total: 70,
      recent: [
        {
          id: 'apps/Deployment/shop/web',
          at: '2026-05-01T10:00:00Z',
          fields: [field, nobody],
          deletedBy: null,
        },
        { id: '/ConfigMap/shop/settings', at: '2026-05-01T09:00:00Z', fields: [], deletedBy: 'bob' },
      ],
    }
    await state.saveStatus('healed', { heals }, plane.signal)
    await state.saveStatus('healed', { failedRevision: null }, plane.signal)
    expect((await state.get('healed', plane.signal))?.status.heals).toEqual(heals)
  })

  test('of several writers at once is lost for none', async () => {
    await state.assign(application({ name: 'race' }), repository, plane.signal)
    await Promise.all([
      state.saveStatus('race', { revision: revision('a') }, plane.signal),
      state.saveStatus('race', { failedRevision: revision('b') }, plane.signal),
      state.saveStatus('race', { inventory: ['/ConfigMap/shop/a'] }, plane.signal),
    ])
    expect((await state.get('race', plane.signal))?.status).toMatchObject({
      revision: revision('a'),
      failedRevision: revision('b'),
      inventory: ['/ConfigMap/shop/a'],
    })
  })

  test('is written only when it changes', async () => {
    await state.assign(application({ name: 'quiet' }), null, plane.signal)
    const change = { revision: revision('a'), inventory: ['/ConfigMap/shop/a'] }
    await state.saveStatus('quiet', change, plane.signal)
    plane.forgetRequests()
    await state.saveStatus('quiet', change, plane.signal)
    expect(plane.requests.map(it => it.method)).toEqual(['GET'])
  })

  test('shows in kubectl, which can wait for it', async () => {
    await state.assign(application({ name: 'shown' }), repository, plane.signal)
    const waiting = kubectl('wait', '--for=condition=Synced', '--timeout=30s', 'plapp/shown')
    const on = (type: 'Synced' | 'Healthy', status: 'True' | 'False') => ({
      type,
      status,
      reason: 'Test',
      message: '',
    })
    await state.saveStatus(
      'shown',
      { revision: 'abcdef1234'.repeat(4), conditions: [on('Synced', 'True'), on('Healthy', 'False')] },
      plane.signal,
    )
    expect(await waiting).toContain('condition met')
    const [head, row] = (await kubectl('get', 'applications.plumbline.dev', 'shown')).split('\n')
    expect(head?.split(/\s+/)).toEqual(['NAME', 'REVISION', 'SYNCED', 'HEALTHY', 'DRIFTED', 'AGE'])
    expect(row).toMatch(/^shown\s+abcdef1\s+True\s+False\s+\S+$/)
  })

  test('of an application that is not assigned is an error', async () => {
    const error = await state.saveStatus('nobody', {}, plane.signal).catch((it: unknown) => it)
    expect(error).toBeInstanceOf(ClusterError)
    expect(error).toMatchObject({ code: 'not-found' })
  })
})

describe('revisions', () => {
  test('are found by commit, the newest first, and dropped beyond the limit', async () => {
    for (const digit of ['1', '2', '3', '4']) {
      await state.saveRevision(
        'shop',
        { revision: revision(digit), objects: [configMap(`of-${digit}`)], limit: 2 },
        plane.signal,
      )
    }
    expect(await state.loadRevision('shop', 'latest', plane.signal)).toEqual([configMap('of-4')])
    expect(await state.loadRevision('shop', revision('3'), plane.signal)).toEqual([configMap('of-3')])
    expect(await state.loadRevision('shop', revision('2'), plane.signal)).toBeNull()
    expect(await state.loadRevision('other', 'latest', plane.signal)).toBeNull()
  })

  test('the same one again costs no write', async () => {
    await state.saveRevision(
      'same',
      { revision: revision('1'), objects: [configMap('a')], limit: 2 },
      plane.signal,
    )
    plane.forgetRequests()
    await state.saveRevision(
      'same',
      { revision: revision('1'), objects: [configMap('a')], limit: 2 },
      plane.signal,
    )
    expect(plane.requests.every(it => it.method === 'GET')).toBe(true)
  })

  test('the newest is kept even with a limit of none', async () => {
    await state.saveRevision(
      'none',
      { revision: revision('1'), objects: [configMap('a')], limit: 0 },
      plane.signal,
    )
    await state.saveRevision(
      'none',
      { revision: revision('2'), objects: [configMap('b')], limit: 0 },
      plane.signal,
    )
    expect(await state.loadRevision('none', revision('1'), plane.signal)).toBeNull()
    expect(await state.loadRevision('none', 'latest', plane.signal)).toEqual([configMap('b')])
  })

  test('of an application whose name begins like another are its own', async () => {
    await state.saveRevision(
      'a',
      { revision: revision('1'), objects: [configMap('a')], limit: 2 },
      plane.signal,
    )
    await state.saveRevision(
      'a.1',
      { revision: revision('1'), objects: [configMap('a-1')], limit: 2 },
      plane.signal,
    )
    expect(await state.loadRevision('a', 'latest', plane.signal)).toEqual([configMap('a')])
    expect(await state.loadRevision('a.1', 'latest', plane.signal)).toEqual([configMap('a-1')])
  })
})

describe('journals', () => {
  const journal = (name: string, over: Partial<Journal> = {}): Journal => ({
    id: 'command-1',
    application: application({ name }),
    repository,
    revision: revision('a'),
    removed: false,
    digest: 'sha256:1',
    startedAt: '2026-05-01T10:00:00Z',
    phase: 'applying',
    failure: null,
    desired: [configMap('a')],
    previous: [],
    before: [],
    creates: ['/ConfigMap/shop/a'],
    deletes: [],
    previousInventory: [],
    previousStatus: { revision: null, digest: null, syncedAt: null },
    ...over,
  })

  test('are found again until they are cleared', async () => {
    await state.writeJournal(journal('cut-off'), plane.signal)
    expect(await state.journals(plane.signal)).toContain('cut-off')
    await state.writeJournal(journal('cut-off', { phase: 'rolling-back' }), plane.signal)
    expect(await state.readJournal('cut-off', plane.signal)).toEqual(
      journal('cut-off', { phase: 'rolling-back' }),
    )
    await state.clearJournal('cut-off', plane.signal)
    await state.clearJournal('cut-off', plane.signal)
    expect(await state.readJournal('cut-off', plane.signal)).toBeNull()
    expect(await state.journals(plane.signal)).not.toContain('cut-off')
  })

  test('of more than a Secret holds are split, and leave no parts behind', async () => {
    const incompressible = () => configMap('big', { text: randomBytes(900_000).toString('base64') })
    const big = journal('big', { desired: [incompressible(), incompressible()] })
    await state.writeJournal(big, plane.signal)
    expect((await secretNames()).filter(it => it.startsWith('journal.big')).length).toBeGreaterThan(2)
    expect(await state.readJournal('big', plane.signal)).toEqual(big)
    await state.writeJournal(journal('big'), plane.signal)
    expect((await secretNames()).filter(it => it.startsWith('journal.big'))).toEqual(['journal.big.current'])
    await state.clearJournal('big', plane.signal)
    expect((await secretNames()).filter(it => it.startsWith('journal.big'))).toEqual([])
  })

  test('that were tampered with are refused', async () => {
    await state.writeJournal(journal('damaged'), plane.signal)
    const at = { namespace, name: 'journal.damaged.current' }
    const body = { data: { chunk: Buffer.from('else').toString('base64') } }
    await plane.cluster.patch(secretResource, at, { type: 'merge', body }, plane.signal)
    await expect(state.readJournal('damaged', plane.signal)).rejects.toThrow(
      /journal.damaged.current .*is damaged/,
    )
  })
})

test('one redaction key is made, whoever asks first', async () => {
  const asked = Array.from({ length: 5 }, () =>
    createState(plane.cluster, { namespace }).redactionKey(plane.signal),
  )
  const keys = await Promise.all(asked)
  expect(keys[0]).toHaveLength(32)
  for (const key of keys) expect(Buffer.from(key).equals(Buffer.from(keys[0]!))).toBe(true)
})

describe('preparing', () => {
  test('again writes nothing', async () => {
    plane.forgetRequests()
    await state.prepare(plane.signal)
    expect(plane.requests.filter(it => it.method !== 'GET')).toEqual([])
  })

  test('without the right to says what somebody else has to run', async () => {
    const kubeConfig = await limitedKubeConfig(plane, {
      namespace,
      rules: [],
      clusterRules: [{ apiGroups: [''], resources: ['namespaces'], verbs: ['get'] }],
    })
    const limited = createCluster({ kubeConfig })
    const missing = createState(limited, { namespace: plane.freeName() })
    await expect(missing.prepare(plane.signal)).rejects.toThrow(
      /may not patch namespaces in the whole cluster.*kubectl create namespace/,
    )
    limited.close()
  })
})

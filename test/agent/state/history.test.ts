import { randomBytes } from 'node:crypto'
import { beforeAll, describe, expect, test } from 'vitest'
import { createState } from '../../../src/agent/state/create-state.ts'
import { secretResource } from '../../../src/agent/state/schema.ts'
import type { State } from '../../../src/agent/state/state.ts'
import type { KubernetesObject } from '../../../src/model/object.ts'
import { useControlPlane } from '../../control-plane.ts'

const plane = useControlPlane()
let namespace = ''
let state: State
let now = new Date('2026-05-01T10:00:00Z')

beforeAll(async () => {
  namespace = await plane.namespace()
  state = createState(plane.cluster, { namespace, clock: () => now })
})

const configMap = (name: string, data: Record<string, string> = {}): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name },
  data,
})
const sha = (digit: string) => digit.repeat(40)

async function parts(application: string): Promise<readonly string[]> {
  const secrets = await plane.cluster.list(secretResource, { namespace }, plane.signal)
  return secrets.map(it => it.metadata.name).filter(it => it.startsWith(`revision.${application}.`))
}

describe('the history of an application', () => {
  test('says of each entry what it was, when, and who set it off, newest first', async () => {
    await state.saveRevision(
      'told',
      { revision: sha('a'), objects: [configMap('a')], limit: 10, trigger: 'merge of #12' },
      plane.signal,
    )
    now = new Date('2026-05-01T11:00:00Z')
    await state.saveRevision(
      'told',
      { revision: null, objects: [configMap('a'), configMap('b')], limit: 10 },
      plane.signal,
    )
    await state.saveRevision(
      'told',
      { revision: sha('a'), objects: [configMap('a')], limit: 10, trigger: 'rollback to 1', rolledBackTo: 1 },
      plane.signal,
    )
    const history = await state.history('told', plane.signal)
    expect(history).toMatchObject([
      { number: 3, revision: sha('a'), trigger: 'rollback to 1', rolledBackTo: 1, objects: 1 },
      { number: 2, revision: null, trigger: null, rolledBackTo: null, objects: 2 },
      {
        number: 1,
        revision: sha('a'),
        syncedAt: '2026-05-01T10:00:00.000Z',
        trigger: 'merge of #12',
        rolledBackTo: null,
      },
    ])
    expect(history[0]?.digest).toBe(history[2]?.digest)
    expect(await state.loadRevision('told', 2, plane.signal)).toEqual([configMap('a'), configMap('b')])
    expect(await state.loadRevision('told', 4, plane.signal)).toBeNull()
  })

  test('of nothing is empty', async () => {
    expect(await state.history('nobody', plane.signal)).toEqual([])
  })

  test('of a set far over what a Secret holds is whole, and leaves nothing behind when it is dropped', async () => {
    const incompressible = Array.from({ length: 6 }, (_, at) =>
      configMap(`big-${at}`, { text: randomBytes(900_000).toString('base64') }),
    )
    await state.saveRevision('big', { revision: sha('a'), objects: incompressible, limit: 1 }, plane.signal)
    expect((await parts('big')).length).toBeGreaterThan(6)
    expect(await state.loadRevision('big', 'latest', plane.signal)).toEqual(incompressible)
    await state.saveRevision(
      'big',
      { revision: sha('b'), objects: [configMap('small')], limit: 1 },
      plane.signal,
    )
    expect(await parts('big')).toEqual(['revision.big.2'])
  })
})

describe('a kept set', () => {
  const big = () =>
    [0, 1].map(at => configMap(`big-${at}`, { text: randomBytes(900_000).toString('base64') }))

  test.each([
    {
      what: 'a part of it is gone',
      harm: async (name: string) => {
        const tail = (await parts(name)).find(it => it.endsWith('-1')) ?? ''
        await plane.cluster.delete(secretResource, { namespace, name: tail }, {}, plane.signal)
      },
    },
    {
      what: 'a part of it was changed',
      harm: async (name: string) => {
        const tail = (await parts(name)).find(it => it.endsWith('-1')) ?? ''
        const body = { data: { chunk: Buffer.from('else').toString('base64') } }
        await plane.cluster.patch(
          secretResource,
          { namespace, name: tail },
          { type: 'merge', body },
          plane.signal,
        )
      },
    },
    {
      what: 'its parts were counted wrongly',
      harm: async (name: string) => {
        const body = { metadata: { annotations: { 'plumbline.dev/chunks': '1' } } }
        await plane.cluster.patch(
          secretResource,
          { namespace, name: `revision.${name}.1` },
          { type: 'merge', body },
          plane.signal,
        )
      },
    },
  ])('is refused when $what, and the others stay', async ({ harm }) => {
    const name = plane.freeName('harmed')
    await state.saveRevision(name, { revision: sha('a'), objects: big(), limit: 5 }, plane.signal)
    await state.saveRevision(name, { revision: sha('b'), objects: [configMap('b')], limit: 5 }, plane.signal)
    await harm(name)
    await expect(state.loadRevision(name, 1, plane.signal)).rejects.toThrow(
      /revision.* or one of its parts is damaged/,
    )
    expect(await state.loadRevision(name, 2, plane.signal)).toEqual([configMap('b')])
  })

  test('whose deletion was cut off leaves parts, which the next one takes along', async () => {
    await state.saveRevision('halved', { revision: sha('a'), objects: big(), limit: 2 }, plane.signal)
    await plane.cluster.delete(secretResource, { namespace, name: 'revision.halved.1' }, {}, plane.signal)
    expect((await parts('halved')).length).toBeGreaterThan(0)
    expect(await state.history('halved', plane.signal)).toEqual([])
    await state.saveRevision(
      'halved',
      { revision: sha('b'), objects: [configMap('b')], limit: 2 },
      plane.signal,
    )
    expect(await parts('halved')).toEqual(['revision.halved.1'])
  })
})

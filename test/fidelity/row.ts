import { expect } from 'vitest'
import { collectionPath, objectPath } from '../../src/agent/cluster/paths.ts'
import type { Application } from '../../src/model/application.ts'
import type { KubernetesObject } from '../../src/model/object.ts'
import type { Change } from '../../src/model/plan.ts'
import type { Lane, Place } from './place.ts'
import { openScene, type Scene } from './scene.ts'

/** One thing that went wrong once, or could: the laws of the sequences hold for it too. */
export interface Row {
  readonly what: string
  readonly ignore?: Application['ignoreDifferences']
  play(acts: Acts): Promise<void>
}

export interface Acts {
  readonly scene: Scene
  /** Plans, syncs and judges what Git has. Fails the test when a law does not hold. */
  git(...objects: readonly KubernetesObject[]): Promise<Told>
  /** A patch by hand: RFC 6902 when it is a list, else strategic (merge for custom resources). */
  patch(object: KubernetesObject, body: unknown): Promise<void>
  /** Somebody else's server-side apply, by force. */
  apply(object: KubernetesObject, manager?: string): Promise<void>
  kubectlApply(object: KubernetesObject): Promise<void>
  /** What drifted is put back. Resolves with how that ended. */
  heal(): Promise<string>
  kubectlCreate(object: KubernetesObject): Promise<void>
  /** Null when it is not there. */
  live(object: KubernetesObject): Promise<KubernetesObject | null>
}

interface Told {
  readonly outcome: string
  /** `action path path`, in the plan's order. */
  readonly changes: readonly string[]
  readonly plan: readonly Change[]
}

export async function playRow({ play, ignore = [] }: Row, place: Place, lane: Lane): Promise<void> {
  const scene = await openScene(place, lane, 'none', ignore)
  const { api, hands } = place
  const namespace = scene.namespace
  const targetOf = (object: KubernetesObject) => ({ resource: scene.resourceOf(object), namespace, object })
  const pathOf = (object: KubernetesObject) =>
    objectPath(scene.resourceOf(object), { namespace, name: object.metadata.name })
  const done = (isDone: boolean) => expect(isDone, 'the API server takes what hands do').toBe(true)
  let hasEdited = false

  await play({
    scene,
    async git(...objects) {
      const edited = { git: true, hands: hasEdited }
      const { planned, result, mismatches } = await scene.deploy(objects, edited)
      expect(mismatches).toEqual([])
      hasEdited = false
      const plan = planned.plan.changes
      const changes = plan.map(it => [it.action, ...it.fields.map(field => field.path)].join(' '))
      return { outcome: result?.outcome ?? '', changes, plan }
    },
    async patch(object, body) {
      const isCustom = object.apiVersion.startsWith('fidelity.example.com/')
      const merge = isCustom ? 'merge-patch' : 'strategic-merge-patch'
      const type = `application/${Array.isArray(body) ? 'json-patch' : merge}+json`
      const path = `${pathOf(object)}?fieldManager=kubectl-edit`
      const { status } = await api.call({ method: 'PATCH', path, body, type })
      done(status === 200)
      hasEdited = true
    },
    async apply(object, manager = 'another-tool') {
      done(await hands.serverSideApply(targetOf(object), scene.placed(object), manager))
      hasEdited = true
    },
    async kubectlApply(object) {
      done(await hands.kubectlApply(namespace, [scene.placed(object)]))
      hasEdited = true
    },
    async heal() {
      return (await lane.syncer.restore(namespace, [], place.signal)).outcome
    },
    async kubectlCreate(object) {
      const path = `${collectionPath(scene.resourceOf(object), namespace)}?fieldManager=kubectl-create`
      const { status } = await api.call({ method: 'POST', path, body: scene.placed(object) })
      done(status === 201)
      hasEdited = true
    },
    async live(object) {
      const { status, body } = await api.call({ method: 'GET', path: pathOf(object) })
      return status === 200 ? body : null
    },
  })
}

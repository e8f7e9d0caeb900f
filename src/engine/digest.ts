import { createHash } from 'node:crypto'
import type { ObjectId } from '../model/identity.ts'
import type { KubernetesObject } from '../model/object.ts'
import type { Change } from '../model/plan.ts'
import { canonicalJson } from './json.ts'
import type { DesiredObject } from './plan-input.ts'
import { redactObject } from './redact.ts'

/** `sha256:` and 64 hex digits over texts of canonical JSON, none of which holds a line end. */
function digestOf(texts: readonly string[]): string {
  return `sha256:${createHash('sha256').update(texts.join('\n')).digest('hex')}`
}

/** What a change does, told so that it is the same whenever the same is done. */
export interface ChangeContent {
  readonly id: ObjectId
  readonly action: Change['action']
  /** Places and new values of what changes; a whole new object for a create. Redacted. */
  readonly content: unknown
  readonly resourceVersion: string | null
}

export interface DigestInput {
  readonly application: string
  readonly cluster: string
  readonly head: readonly DesiredObject[]
  readonly changes: readonly ChangeContent[]
  /** What runs when the changes are made: reviewed with them. */
  readonly hooks: readonly DesiredObject[]
  readonly redactionKey: Uint8Array
}

/**
 * Two digests of one plan: `digest` moves with the rendered set, the identities and the live versions of what changes;
 * `changeDigest` only with what is changed to what. Secrets enter redacted, for a digest leaves the cluster.
 */
export function digestsOf(input: DigestInput): { digest: string; changeDigest: string } {
  const { application, cluster } = input
  const changes = input.changes.toSorted((a, b) => (a.id < b.id ? -1 : 1))
  const texts = (objects: readonly DesiredObject[]) =>
    objects
      .toSorted((a, b) => (a.id < b.id ? -1 : 1))
      .map(it => `[${canonicalJson(it.id)},${redactedJson(it.object, input.redactionKey)}]`)
  const hooks = texts(input.hooks)
  return {
    digest: digestOf([
      canonicalJson({
        application,
        cluster,
        changes: changes.map(it => [it.id, it.action, it.resourceVersion]),
      }),
      ...texts(input.head),
      ...hooks,
    ]),
    changeDigest: digestOf([
      canonicalJson({ application, cluster, changes: changes.map(it => [it.id, it.action, it.content]) }),
      ...hooks,
    ]),
  }
}

/** Equal for equal sets of objects, whatever their order. Secrets enter redacted. */
export function setDigest(objects: readonly KubernetesObject[], redactionKey: Uint8Array): string {
  return digestOf(objects.map(object => redactedJson(object, redactionKey)).toSorted())
}

/** Only what holds a Secret, or a copy of itself, has to be gone through; of a thousand objects few do. */
function redactedJson(object: KubernetesObject, key: Uint8Array): string {
  const json = canonicalJson(object)
  const isOpen = !/"kind":"Secret"|List"/.test(json) && !object.metadata.annotations
  return isOpen ? json : canonicalJson(redactObject(object, key))
}

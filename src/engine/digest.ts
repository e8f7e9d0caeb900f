import { createHash } from 'node:crypto'
import type { ObjectId } from '../model/identity.ts'
import type { Change } from '../model/plan.ts'
import { canonicalJson } from './json.ts'
import type { DesiredObject } from './plan-input.ts'
import { redactObject } from './redact.ts'

/** `sha256:` and 64 hex digits over a value's canonical JSON. */
function digestOf(value: unknown): string {
  return `sha256:${createHash('sha256').update(canonicalJson(value)).digest('hex')}`
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
  readonly redactionKey: Uint8Array
}

/**
 * Two digests of one plan: `digest` moves with the rendered set, the identities and the live versions of what changes;
 * `changeDigest` only with what is changed to what. Secrets enter redacted, for a digest leaves the cluster.
 */
export function digestsOf(input: DigestInput): { digest: string; changeDigest: string } {
  const { application, cluster } = input
  const changes = input.changes.toSorted((a, b) => (a.id < b.id ? -1 : 1))
  const head = input.head
    .map(it => [it.id, redactObject(it.object, input.redactionKey)] as const)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
  return {
    digest: digestOf({
      application,
      cluster,
      head,
      changes: changes.map(it => [it.id, it.action, it.resourceVersion]),
    }),
    changeDigest: digestOf({
      application,
      cluster,
      changes: changes.map(it => [it.id, it.action, it.content]),
    }),
  }
}

import { describeIdentity, identityOf } from '../../model/identity.ts'
import type { KubernetesObject } from '../../model/object.ts'
import type { Problem } from '../../model/problem.ts'
import type { Prediction } from '../../model/rendered.ts'
import { definedKinds } from '../../engine/defined-kinds.ts'
import type { DesiredObject } from '../../engine/plan-input.ts'
import type { ClusterError } from '../cluster/cluster.ts'
import { grantHint } from './grant-hint.ts'

export interface RefusalContext {
  readonly exists: boolean
  /** The object's namespace comes with the sync, although nothing renders it. */
  readonly namespaceComes: boolean
  /** The definition of the object's kind changes in the same set. */
  readonly definitionChanges: boolean
  /** What the same set creates. */
  readonly created: readonly KubernetesObject[]
}

/** Without these, admission refuses what names them: a Pod its ServiceAccount, a RoleBinding its Role. */
const named: ReadonlySet<string> = new Set([
  'ServiceAccount',
  'PriorityClass',
  'RuntimeClass',
  'Role',
  'ClusterRole',
])

/** What the server misses, and the set brings; null for nothing. */
function missing(error: ClusterError, created: readonly KubernetesObject[]): KubernetesObject | null {
  if (!/not found|was found/.test(error.message)) return null
  const words = new Set(error.message.split(/[\s"':,/]+/))
  return created.find(it => named.has(it.kind) && words.has(it.metadata.name)) ?? null
}

/** What is predicted for an object whose dry run the API server answered with an error. */
export function refusalOf(desired: DesiredObject, error: ClusterError, context: RefusalContext): Prediction {
  const missed = missing(error, context.created)
  if (missed) return { kind: 'later', note: `validated when its ${missed.kind} is created` }
  switch (error.code) {
    case 'immutable':
      return context.exists
        ? { kind: 'immutable', message: reasonOf(desired, error), object: null }
        : refused(desired, error, 'refused-by-server', null)
    case 'webhook-no-dry-run':
      return { kind: 'later', note: `cannot be predicted: ${reasonOf(desired, error)}` }
    case 'namespace-missing':
      return context.namespaceComes
        ? { kind: 'later', note: 'validated when its namespace is created' }
        : missingNamespace(desired)
    case 'invalid':
      return context.definitionChanges
        ? { kind: 'later', note: 'validated when its CustomResourceDefinition is updated' }
        : refused(desired, error, 'refused-by-server', null)
    case 'forbidden':
      return refused(desired, error, 'forbidden', grantHint(error, 'Allow the agent to create and patch it'))
    case 'unknown-kind':
      // Discovery may be behind: of a definition that was deleted a moment ago, and comes again.
      if (definedKinds(context.created).has(`${desired.object.apiVersion}/${desired.object.kind}`))
        return { kind: 'later', note: 'validated when its CustomResourceDefinition is established' }
      return refused(desired, error, 'unknown-kind', null)
    case 'timeout':
    case 'server':
      return refused(desired, error, 'not-predicted', 'Plan again')
    case 'conflict':
    case 'not-found':
    case 'webhook-denied':
    case 'unreachable':
    case 'unauthorized':
    case 'too-many-requests':
      break
  }
  return refused(desired, error, 'refused-by-server', null)
}

function refused(desired: DesiredObject, error: ClusterError, code: string, hint: string | null): Prediction {
  const message = `${nameOf(desired)} is refused by the API server: ${reasonOf(desired, error)}`
  return { kind: 'refused', problem: { code, message, location: desired.source, hint } }
}

function missingNamespace(desired: DesiredObject): Prediction {
  const { namespace } = desired.object.metadata
  const problem: Problem = {
    code: 'namespace-missing',
    message: `${nameOf(desired)} cannot be created: the namespace ${namespace} does not exist`,
    location: desired.source,
    hint: `Run kubectl create namespace ${namespace}, or set CreateNamespace=true in syncOptions (--create-namespace on the command line)`,
  }
  return { kind: 'refused', problem }
}

/** The server's reason alone: what was attempted is said in our own words. */
function reasonOf(desired: DesiredObject, error: ClusterError): string {
  const attempted = `could not dry-run ${nameOf(desired)}: `
  return error.message.startsWith(attempted) ? error.message.slice(attempted.length) : error.message
}

function nameOf(desired: DesiredObject): string {
  return describeIdentity(identityOf(desired.object))
}

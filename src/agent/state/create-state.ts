import { isDeepStrictEqual } from 'node:util'
import { stateNamespace } from '../../model/fields.ts'
import type { KubernetesObject } from '../../model/object.ts'
import { type Cluster, ClusterError } from '../cluster/cluster.ts'
import { fromObject, toObject } from './application-spec.ts'
import { createJournals } from './journals.ts'
import { createKeptHooks } from './kept-hooks.ts'
import { createPackedSecrets } from './packed-secrets.ts'
import { prepareState } from './prepare.ts'
import { createRedactionKey } from './redaction-key.ts'
import { createRevisions } from './revisions.ts'
import { applicationResource } from './schema.ts'
import type { ManagedApplication, State } from './state.ts'
import { changedStatus, statusOf } from './status.ts'

export interface StateOptions {
  /** Where the state is kept. Default `plumbline-system`. */
  readonly namespace?: string
  /** Default: the system's clock. */
  readonly clock?: () => Date
  /** An Application object that cannot be understood, because somebody edited it; it is left out of `list`. */
  readonly onUnreadable?: (name: string, error: unknown) => void
}

/** As Argo CD has it. */
const approvalAnnotation = 'argocd.argoproj.io/deletion-approved'

const statusAttempts = 6

/** The agent's memory in its cluster: see {@link State}. */
export function createState(cluster: Cluster, options: StateOptions = {}): State {
  const { namespace = stateNamespace, clock = () => new Date() } = options
  const packed = createPackedSecrets(cluster, namespace)
  const redactionKey = createRedactionKey(cluster, namespace)

  /** Where the CustomResourceDefinition is not installed, nothing is remembered. */
  async function orNothing<T>(nothing: T, read: () => Promise<T>): Promise<T> {
    try {
      return await read()
    } catch (error) {
      if (error instanceof ClusterError && error.code === 'unknown-kind') return nothing
      throw error
    }
  }

  const read = (name: string, signal: AbortSignal) =>
    orNothing(null, () => cluster.get(applicationResource, { namespace, name }, signal))

  return {
    ...createRevisions(packed, clock),
    ...createJournals(packed),
    ...createKeptHooks(packed),
    redactionKey,

    async prepare(signal) {
      await prepareState(cluster, namespace, signal)
      // Here, so that a plan has nothing to write.
      await redactionKey(signal)
    },

    async list(signal) {
      const objects = await orNothing([], () => cluster.list(applicationResource, { namespace }, signal))
      return objects.flatMap(object => {
        try {
          return [managed(object)]
        } catch (error) {
          options.onUnreadable?.(object.metadata.name, error)
          return []
        }
      })
    },

    async get(name, signal) {
      const object = await read(name, signal)
      return object && managed(object)
    },

    async assign(application, repository, signal) {
      const wanted = toObject(application, repository, namespace)
      const object = await read(application.name, signal)
      if (object && sameAssignment(object, wanted)) return
      await cluster.apply(wanted, { dryRun: false }, signal)
    },

    async saveStatus(name, change, signal) {
      for (let attempt = 1; ; attempt++) {
        const object = await read(name, signal)
        if (object === null) throw missing(name)
        const status = changedStatus(object, change, rfc3339(clock()))
        const { resourceVersion } = object.metadata
        try {
          if (isDeepStrictEqual(withoutNulls(status), object['status'])) return
          await cluster.patch(
            applicationResource,
            { namespace, name },
            { type: 'merge', body: { metadata: { resourceVersion }, status }, subresource: 'status' },
            signal,
          )
          return
        } catch (error) {
          // Another writer was faster: merge into what it wrote.
          const conflict = error instanceof ClusterError && error.code === 'conflict'
          if (!conflict || attempt === statusAttempts) throw error
        }
      }
    },

    async forget(name, signal) {
      await packed.delete('revision', name, null, signal)
      await packed.delete('hooks', name, null, signal)
      await packed.delete('journal', name, null, signal)
      await orNothing(false, () => cluster.delete(applicationResource, { namespace, name }, {}, signal))
    },
  }
}

function managed(object: KubernetesObject): ManagedApplication {
  const deletionApprovedAt = object.metadata.annotations?.[approvalAnnotation]
  return {
    ...fromObject(object),
    status: statusOf(object),
    ...(deletionApprovedAt ? { deletionApprovedAt } : {}),
  }
}

function sameAssignment(live: KubernetesObject, wanted: KubernetesObject): boolean {
  const { annotations = {} } = live.metadata
  return (
    isDeepStrictEqual(live['spec'], wanted['spec']) &&
    Object.entries(wanted.metadata.annotations ?? {}).every(([name, value]) => annotations[name] === value)
  )
}

function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls)
  if (typeof value !== 'object' || value === null) return value
  const fields = Object.entries(value).filter(([, inner]) => inner !== null)
  return Object.fromEntries(fields.map(([name, inner]) => [name, withoutNulls(inner)]))
}

/** With whole seconds, as Kubernetes writes times. */
function rfc3339(date: Date): string {
  return `${date.toISOString().slice(0, 19)}Z`
}

function missing(name: string): ClusterError {
  const message = `could not save the status of application ${name}: it is not assigned to this cluster`
  return new ClusterError('not-found', message, { status: 404, passing: false })
}

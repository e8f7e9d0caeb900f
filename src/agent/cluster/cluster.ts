import type { Identity } from '../../model/identity.ts'
import type { KubernetesObject } from '../../model/object.ts'

/** One served resource, by discovery. */
export interface Resource {
  readonly group: string
  readonly version: string
  readonly kind: string
  /** Plural, as in the URL. */
  readonly plural: string
  readonly namespaced: boolean
  readonly verbs: readonly string[]
}

export interface Discovery {
  /** The resource that serves a kind of an apiVersion; null when it is not served. */
  find(apiVersion: string, kind: string): Resource | null
  /** The preferred version of a kind of a group; null when it is not served. */
  preferred(group: string, kind: string): Resource | null
  /** Groups that could not be discovered: nothing of theirs is pruned or called deleted. */
  readonly failedGroups: ReadonlySet<string>
  readonly kubernetesVersion: string
  /** `group/version` and `group/version/Kind`, as `helm template --api-versions` takes them. */
  readonly apiVersions: readonly string[]
}

interface ApplyOptions {
  readonly dryRun: boolean
  /** Take fields from other managers. Default true. */
  readonly force?: boolean
  readonly fieldManager?: string
  /**
   * The object is not there as far as anybody knows: it is created and nobody else's is taken. Rejects with `conflict` when there is one
   * after all, which is then as it was. Sent once: after an error that may pass it is not known whether it was carried out.
   */
  readonly onlyNew?: boolean
}

interface DeleteOptions {
  readonly uid?: string
  readonly resourceVersion?: string
  readonly propagation?: 'Background' | 'Foreground' | 'Orphan'
  readonly dryRun?: boolean
}

export interface ListOptions {
  readonly namespace?: string
  readonly labelSelector?: string
  readonly fieldSelector?: string
  /** Objects with nothing but apiVersion, kind and metadata; what a large set costs least. */
  readonly metadataOnly?: boolean
}

/** How a set is followed. */
export interface WatchOptions<T = KubernetesObject> extends ListOptions {
  /**
   * Taken of each object as it comes, so that a large set never lies in memory whole. The set is then read as a stream where the server
   * has that, else page by page.
   */
  readonly keep?: (object: KubernetesObject) => T
}

export interface LogOptions {
  readonly container: string
  /** Of the run before the one that is on now. */
  readonly previous: boolean
  /** So many lines from the end. */
  readonly tailLines: number
  /** The answer ends there, in the middle of a line or of a character. */
  readonly limitBytes: number
}

export type WatchEvent<T = KubernetesObject> =
  /** First, and again after every relist: the whole set; what was known and is not in it is gone. */
  | { readonly type: 'synced'; readonly objects: readonly T[] }
  | { readonly type: 'set'; readonly object: T }
  | { readonly type: 'gone'; readonly object: T }

export interface ServiceAccount {
  readonly namespace: string
  readonly name: string
}

/**
 * One cluster's API server. Every call rejects with {@link ClusterError} when the server refuses or cannot be reached;
 * 429 (with Retry-After), 5xx of reads and broken connections are retried inside, a bounded number of times.
 * `signal` aborts the request in flight. Objects are returned as the server sends them, managedFields included.
 */
export interface Cluster {
  /** The same API server as a service account, which the credentials must be allowed to impersonate. Shares connections and discovery. */
  as(account: ServiceAccount): Cluster
  discover(signal: AbortSignal): Promise<Discovery>
  /** Forgets what discovery said, e.g. after a CustomResourceDefinition was established. */
  forgetDiscovery(): void
  /** Null when it does not exist. */
  get(
    resource: Resource,
    identity: Pick<Identity, 'namespace' | 'name'>,
    signal: AbortSignal,
  ): Promise<KubernetesObject | null>
  list(resource: Resource, options: ListOptions, signal: AbortSignal): Promise<readonly KubernetesObject[]>
  /** Server-side apply; the answer is the object after admission and defaulting. */
  apply(object: KubernetesObject, options: ApplyOptions, signal: AbortSignal): Promise<KubernetesObject>
  /** Fails with code `conflict` when resourceVersion moved. Used for take-over of managedFields and for status. */
  patch(
    resource: Resource,
    identity: Pick<Identity, 'namespace' | 'name'>,
    patch: {
      readonly type: 'json' | 'merge'
      readonly body: unknown
      readonly subresource?: string
      readonly dryRun?: boolean
      readonly fieldManager?: string
    },
    signal: AbortSignal,
  ): Promise<KubernetesObject>
  create(object: KubernetesObject, signal: AbortSignal): Promise<KubernetesObject>
  replace(object: KubernetesObject, signal: AbortSignal): Promise<KubernetesObject>
  /** Resolves with whether it existed. */
  delete(
    resource: Resource,
    identity: Pick<Identity, 'namespace' | 'name'>,
    options: DeleteOptions,
    signal: AbortSignal,
  ): Promise<boolean>
  /** What a container printed last. Rejects with code `forbidden` when our account may not read logs. */
  logs(pod: Pick<Identity, 'namespace' | 'name'>, options: LogOptions, signal: AbortSignal): Promise<string>
  /**
   * Follows a set of objects until `signal` aborts; lists, watches with bookmarks, relists on 410 and on any error after a
   * jittered pause. Never ends by itself.
   */
  watch<T = KubernetesObject>(
    resource: Resource,
    options: WatchOptions<T>,
    signal: AbortSignal,
  ): AsyncIterable<WatchEvent<T>>
}

export type ClusterErrorCode =
  | 'unreachable'
  | 'unauthorized'
  | 'forbidden'
  | 'not-found'
  | 'conflict'
  | 'invalid'
  | 'immutable'
  | 'webhook-denied'
  | 'webhook-no-dry-run'
  | 'unknown-kind'
  | 'namespace-missing'
  | 'too-many-requests'
  | 'timeout'
  | 'server'

/** The API server refused, or could not be reached. The message holds the server's reason, cleansed of Secret content. */
export class ClusterError extends Error {
  override readonly name = 'ClusterError'
  readonly code: ClusterErrorCode
  /** HTTP status; 0 when there was no answer. */
  readonly status: number
  /** Whether the same request may succeed later. */
  readonly passing: boolean
  constructor(
    code: ClusterErrorCode,
    message: string,
    details: { status: number; passing: boolean },
    options?: ErrorOptions,
  ) {
    super(message, options)
    this.code = code
    this.status = details.status
    this.passing = details.passing
  }
}

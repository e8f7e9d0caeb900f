import type { SourceLocation } from './problem.ts'
import type { SyncWindow } from './sync-window.ts'

/** Where manifests come from: one entry of Argo CD's `spec.source` or `spec.sources`. */
export interface ApplicationSource {
  readonly repoURL: string
  /** Directory inside the repository, relative, without leading or trailing slash; `.` is the root. */
  readonly path: string
  readonly targetRevision: string
  /** Chart name when `repoURL` is a Helm repository, a registry or a bucket; `targetRevision` is then its version or a range. */
  readonly chart: string | null
  readonly directory: {
    readonly recurse: boolean
    readonly include: string | null
    readonly exclude: string | null
  }
  readonly kustomize: KustomizeOptions
  /** Not null: what kustomize makes of the path is treated as Flux's kustomize-controller does. */
  readonly flux: FluxOptions | null
  readonly helm: HelmOptions
  /** Name that other sources' value files refer to as `$ref`. */
  readonly ref: string | null
}

export interface KustomizeOptions {
  readonly namePrefix: string | null
  readonly nameSuffix: string | null
  readonly namespace: string | null
  /** `[old=]name[:tag|@digest]`, as in `kustomize edit set image`. */
  readonly images: readonly string[]
  readonly replicas: readonly { readonly name: string; readonly count: number }[]
  readonly commonLabels: Readonly<Record<string, string>>
  /** Keeps common labels out of selectors, and out of templates too but for `labelIncludeTemplates`. */
  readonly labelWithoutSelector: boolean
  readonly labelIncludeTemplates: boolean
  /** Whether a common label or annotation may replace one that the kustomization sets. */
  readonly forceCommonLabels: boolean
  readonly forceCommonAnnotations: boolean
  readonly commonAnnotations: Readonly<Record<string, string>>
  /** Whether `$ARGOCD_APP_NAME` and the like stand for their values in common annotations. */
  readonly commonAnnotationsEnvsubst: boolean
  readonly components: readonly string[]
  readonly ignoreMissingComponents: boolean
  readonly patches: readonly KustomizePatch[]
}

/** What Flux does besides kustomize; a folder without a kustomization is built as if there were one that lists everything below. */
export interface FluxOptions {
  /** Set on every object after the build, in place of what it says itself; not on templates. */
  readonly commonMetadata: {
    readonly labels: Readonly<Record<string, string>>
    readonly annotations: Readonly<Record<string, string>>
  }
  /** Variables for `${name}` in what was built; none are looked for when there are none. */
  readonly substitute: Readonly<Record<string, string>>
  /** Folders whose Flux documents are applications of their own, and so no objects of this one. */
  readonly readBelow: readonly string[]
}

/** One entry of `patches`, as kustomize has it. */
export interface KustomizePatch {
  /** A file, relative to the source's path. */
  readonly path?: string | undefined
  /** Strategic merge or JSON 6902, as YAML text. */
  readonly patch?: string | undefined
  readonly target?: Readonly<Record<string, string | undefined>> | undefined
  readonly options?: Readonly<Record<string, boolean>> | undefined
}

export interface HelmOptions {
  readonly releaseName: string | null
  readonly valueFiles: readonly string[]
  /** Inline values as YAML text. */
  readonly values: string | null
  readonly parameters: readonly {
    readonly name: string
    readonly value: string
    readonly forceString: boolean
  }[]
  /** Values that are the content of a file. */
  readonly fileParameters: readonly { readonly name: string; readonly path: string }[]
  readonly skipCrds: boolean
  readonly skipSchemaValidation: boolean
  readonly ignoreMissingValueFiles: boolean
  /** Namespace that templates see; null is the destination's. */
  readonly namespace: string | null
  /** Kubernetes version that templates see; null is the destination's. */
  readonly kubeVersion: string | null
  /** API versions that templates see; empty stands for the destination's. */
  readonly apiVersions: readonly string[]
}

/** Fields that are neither compared nor written. Empty or missing selectors match everything. */
export interface IgnoreDifference {
  readonly group: string | null
  readonly kind: string
  readonly name: string | null
  readonly namespace: string | null
  readonly jsonPointers: readonly string[]
  readonly jqPathExpressions: readonly string[]
  readonly managedFieldsManagers: readonly string[]
}

/** When objects of one kind are healthy, in CEL: {@link inProgress} is asked first, then {@link failed}, then {@link current}. */
export interface HealthCheck {
  /** Its group counts, its version does not. */
  readonly apiVersion: string
  readonly kind: string
  readonly current: string
  readonly inProgress: string | null
  readonly failed: string | null
}

/** Where an Application document begins, and the line of its destination, where mistakes are pointed out. */
export interface ApplicationLocation extends SourceLocation {
  readonly destinationLine?: number
}

/**
 * One set of objects kept on one cluster, read from an Application document (Argo CD's schema) with every default filled
 * in. The pair of name and cluster is unique: the same name may go to several clusters.
 */
export interface Application {
  readonly name: string
  /** Where its document stands; null when it has none (CLI on a directory). */
  readonly definedIn: ApplicationLocation | null
  readonly sources: readonly ApplicationSource[]
  readonly destination: {
    /** The cluster's name as its agent registered it. */
    readonly cluster: string
    /** Default namespace for namespaced objects that name none. */
    readonly namespace: string
  }
  readonly syncPolicy: {
    /** Null means that syncs wait for a person. */
    readonly automated: {
      readonly prune: boolean
      readonly selfHeal: boolean
      readonly allowEmpty: boolean
    } | null
    /** `Key=value` or `Key`, as in Argo CD. */
    readonly syncOptions: readonly string[]
    /** What the destination namespace is created with, if a sync creates it. */
    readonly managedNamespaceMetadata?: {
      readonly labels: Readonly<Record<string, string>>
      readonly annotations: Readonly<Record<string, string>>
    }
    readonly retry: {
      readonly limit: number
      readonly durationSeconds: number
      readonly maxDurationSeconds: number
      readonly factor: number
    }
    /** How long objects may take to become healthy before a sync is rolled back. Annotation `plumbline.dev/sync-timeout`. */
    readonly timeoutSeconds: number
  }
  readonly ignoreDifferences: readonly IgnoreDifference[]
  /** Go before the rules built in; of several for one kind the first counts. */
  readonly healthCheckExprs: readonly HealthCheck[]
  /** How many successful revisions are kept for rollback. */
  readonly revisionHistoryLimit: number
  /** When it may be synced, as the server says. Missing: it is not said, so at any time. */
  readonly syncWindows?: readonly SyncWindow[]
  /** Whether only what was reviewed is synced, as the server says: nothing by itself while nobody can ask. Missing: it is not said, so no. */
  readonly requireReviewedPlan?: boolean
  /** Paths (relative to the repository's root, globs) that its render also reads. Annotation `plumbline.dev/manifest-generate-paths`. */
  readonly manifestGeneratePaths: readonly string[]
}

/** `guestbook@dev`: unique per server and per cluster. */
export function applicationKey(application: Pick<Application, 'name' | 'destination'>): string {
  return `${application.name}@${application.destination.cluster}`
}

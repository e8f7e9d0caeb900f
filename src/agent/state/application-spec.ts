import { z } from 'zod'
import type {
  Application,
  ApplicationLocation,
  ApplicationSource,
  HealthCheck,
} from '../../model/application.ts'
import { applicationDocument } from '../../model/application-document.ts'
import { applicationFrom } from '../../model/application-from.ts'
import type { KubernetesObject } from '../../model/object.ts'
import type { RepositoryRef } from '../../model/repository.ts'
import { keptSyncWindow } from '../../model/sync-window.ts'
import { stateApiVersion } from './schema.ts'

const timeoutAnnotation = 'plumbline.dev/sync-timeout'
const windowsAnnotation = 'plumbline.dev/sync-windows'
const reviewedAnnotation = 'plumbline.dev/require-reviewed-plan'
const pathsAnnotation = 'plumbline.dev/manifest-generate-paths'

/** The Application object to apply: what people write in Git, with what was left out still left out. */
export function toObject(
  application: Application,
  repository: RepositoryRef | null,
  namespace: string,
): KubernetesObject {
  const { syncPolicy, destination, sources, requireReviewedPlan } = application
  const paths = application.manifestGeneratePaths.join(';')
  const [first, ...more] = sources.map(toSource)
  return {
    apiVersion: stateApiVersion,
    kind: 'Application',
    metadata: {
      name: application.name,
      namespace,
      annotations: {
        [timeoutAnnotation]: toDuration(syncPolicy.timeoutSeconds),
        ...(paths === '' ? {} : { [pathsAnnotation]: paths }),
        ...(application.syncWindows ? { [windowsAnnotation]: JSON.stringify(application.syncWindows) } : {}),
        ...(requireReviewedPlan === undefined ? {} : { [reviewedAnnotation]: String(requireReviewedPlan) }),
      },
    },
    spec: {
      ...(first && more.length === 0 ? { source: first } : { sources: [first, ...more] }),
      destination: { name: destination.cluster, namespace: destination.namespace },
      syncPolicy: {
        ...(syncPolicy.automated ? { automated: syncPolicy.automated } : {}),
        ...filled({ syncOptions: syncPolicy.syncOptions }),
        ...filled({ managedNamespaceMetadata: syncPolicy.managedNamespaceMetadata }),
        retry: {
          limit: syncPolicy.retry.limit,
          backoff: {
            duration: toDuration(syncPolicy.retry.durationSeconds),
            maxDuration: toDuration(syncPolicy.retry.maxDurationSeconds),
            factor: syncPolicy.retry.factor,
          },
        },
      },
      ...filled({ ignoreDifferences: application.ignoreDifferences.map(filled) }),
      ...filled({ healthCheckExprs: healthChecksOf(application).map(filled) }),
      revisionHistoryLimit: application.revisionHistoryLimit,
      ...filled({ repository, definedIn: application.definedIn && placeOf(application.definedIn) }),
    },
  }
}

/** None in a journal of a version that did not know them. */
function healthChecksOf(application: Partial<Application>): readonly HealthCheck[] {
  return application.healthCheckExprs ?? []
}

/** As far as the CustomResourceDefinition knows it. */
function placeOf({ file, line, column }: ApplicationLocation): object {
  return filled({ file, line, column: column ?? null })
}

const ours = z.object({
  spec: z.object({
    repository: z
      .object({
        forge: z.enum(['github', 'gitlab', 'gitea', 'bitbucket']),
        host: z.string(),
        fullName: z.string(),
        cloneUrl: z.string(),
      })
      .nullish(),
    definedIn: z
      .object({ file: z.string(), line: z.number().nullish(), column: z.number().nullish() })
      .nullish(),
  }),
})

/** The inverse of {@link toObject}. Throws ZodError when somebody edited the object into something else. */
export function fromObject(object: KubernetesObject): {
  readonly application: Application
  readonly repository: RepositoryRef | null
} {
  const document = applicationDocument.parse(object)
  const { repository, definedIn } = ours.parse(object).spec
  const { column, ...place } = definedIn ?? { file: '' }
  const location = definedIn && {
    ...place,
    line: definedIn.line ?? null,
    ...(column === undefined ? {} : { column }),
  }
  const windows = object.metadata.annotations?.[windowsAnnotation]
  const reviewed = object.metadata.annotations?.[reviewedAnnotation]
  const application = {
    ...applicationFrom(document, location ?? null),
    ...(windows === undefined ? {} : { syncWindows: z.array(keptSyncWindow).parse(JSON.parse(windows)) }),
    ...(reviewed === undefined ? {} : { requireReviewedPlan: reviewed === 'true' }),
  }
  return { application, repository: repository ?? null }
}

function toSource(source: ApplicationSource): object {
  const { directory, kustomize, helm, ...rest } = source
  return {
    ...filled(rest),
    ...filled({ directory: filled(directory), kustomize: filled(kustomize), helm: filled(helm) }),
  }
}

/** Without what is empty, null or false: the defaults, which would only bury what somebody chose. */
function filled(fields: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => !isEmpty(value)))
}

function isEmpty(value: unknown): boolean {
  if (value === null || value === undefined || value === false) return true
  return typeof value === 'object' && Object.keys(value).length === 0
}

function toDuration(seconds: number): string {
  if (Number.isInteger(seconds) && seconds > 0 && seconds % 60 === 0) return `${seconds / 60}m`
  return Number.isInteger(seconds) ? `${seconds}s` : `${seconds * 1000}ms`
}

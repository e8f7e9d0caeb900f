import type { Application, ApplicationLocation, ApplicationSource } from './application.ts'
import type { ApplicationDocument } from './application-document.ts'
import { secondsOf } from './duration.ts'
import { mostRetries, timeoutAnnotation } from './fields.ts'
import type { SourceDocument } from './source-document.ts'

const defaultTimeoutSeconds = 300

/** Fills in every default. `document` has passed {@link applicationDocument}. */
export function applicationFrom(
  document: ApplicationDocument,
  definedIn: ApplicationLocation | null,
): Application {
  const { metadata, spec } = document
  const annotations = metadata.annotations ?? {}
  const said = spec.syncPolicy?.automated
  const automated = said?.enabled === false ? null : said
  const retry = spec.syncPolicy?.retry
  const timeout = annotations[timeoutAnnotation]
  const paths =
    annotations['plumbline.dev/manifest-generate-paths'] ??
    annotations['argocd.argoproj.io/manifest-generate-paths'] ??
    ''
  return {
    name: metadata.name,
    definedIn,
    sources: (spec.sources ?? [spec.source!]).map(sourceFrom),
    destination: {
      cluster: spec.destination.name ?? spec.destination.server ?? '',
      namespace: spec.destination.namespace || 'default',
    },
    syncPolicy: {
      automated: automated
        ? {
            prune: automated.prune ?? false,
            selfHeal: automated.selfHeal ?? false,
            allowEmpty: automated.allowEmpty ?? false,
          }
        : null,
      syncOptions: spec.syncPolicy?.syncOptions ?? [],
      ...namespaceMetadata(spec.syncPolicy?.managedNamespaceMetadata),
      retry: {
        limit: retriesOf(retry?.limit ?? 5),
        durationSeconds: secondsOf(retry?.backoff?.duration ?? '5s') ?? 5,
        maxDurationSeconds: secondsOf(retry?.backoff?.maxDuration ?? '3m') ?? 180,
        factor: retry?.backoff?.factor ?? 2,
      },
      timeoutSeconds: (timeout && secondsOf(timeout)) || defaultTimeoutSeconds,
    },
    ignoreDifferences: (spec.ignoreDifferences ?? []).map(it => ({
      group: it.group ?? null,
      kind: it.kind,
      name: it.name ?? null,
      namespace: it.namespace ?? null,
      jsonPointers: it.jsonPointers ?? [],
      jqPathExpressions: it.jqPathExpressions ?? [],
      managedFieldsManagers: it.managedFieldsManagers ?? [],
    })),
    healthCheckExprs: (spec.healthCheckExprs ?? []).map(it => ({
      apiVersion: it.apiVersion,
      kind: it.kind,
      current: it.current,
      inProgress: it.inProgress ?? null,
      failed: it.failed ?? null,
    })),
    revisionHistoryLimit: spec.revisionHistoryLimit ?? 10,
    manifestGeneratePaths: paths
      .split(';')
      .map(path => path.trim())
      .filter(Boolean),
  }
}

function namespaceMetadata(
  said: NonNullable<ApplicationDocument['spec']['syncPolicy']>['managedNamespaceMetadata'],
): Pick<Application['syncPolicy'], 'managedNamespaceMetadata'> {
  if (!said) return {}
  return { managedNamespaceMetadata: { labels: said.labels ?? {}, annotations: said.annotations ?? {} } }
}

function retriesOf(limit: number): number {
  return limit < 0 ? mostRetries : limit
}

function sourceFrom(it: SourceDocument): ApplicationSource {
  return {
    repoURL: it.repoURL,
    path: relativePath(it.path ?? '.'),
    targetRevision: it.targetRevision ?? 'HEAD',
    chart: it.chart ?? null,
    ref: it.ref ?? null,
    directory: {
      recurse: it.directory?.recurse ?? false,
      include: it.directory?.include ?? null,
      exclude: it.directory?.exclude ?? null,
    },
    kustomize: {
      namePrefix: it.kustomize?.namePrefix ?? null,
      nameSuffix: it.kustomize?.nameSuffix ?? null,
      namespace: it.kustomize?.namespace ?? null,
      images: it.kustomize?.images ?? [],
      replicas: it.kustomize?.replicas ?? [],
      commonLabels: it.kustomize?.commonLabels ?? {},
      labelWithoutSelector: it.kustomize?.labelWithoutSelector ?? false,
      labelIncludeTemplates: it.kustomize?.labelIncludeTemplates ?? false,
      forceCommonLabels: it.kustomize?.forceCommonLabels ?? false,
      commonAnnotations: it.kustomize?.commonAnnotations ?? {},
      forceCommonAnnotations: it.kustomize?.forceCommonAnnotations ?? false,
      commonAnnotationsEnvsubst: it.kustomize?.commonAnnotationsEnvsubst ?? false,
      components: it.kustomize?.components ?? [],
      ignoreMissingComponents: it.kustomize?.ignoreMissingComponents ?? false,
      patches: it.kustomize?.patches ?? [],
    },
    flux: it.flux
      ? {
          commonMetadata: {
            labels: it.flux.commonMetadata?.labels ?? {},
            annotations: it.flux.commonMetadata?.annotations ?? {},
          },
          substitute: it.flux.substitute ?? {},
          readBelow: it.flux.readBelow ?? [],
        }
      : null,
    helm: {
      releaseName: it.helm?.releaseName ?? null,
      valueFiles: it.helm?.valueFiles ?? [],
      values: it.helm?.valuesObject ? JSON.stringify(it.helm.valuesObject) : (it.helm?.values ?? null),
      parameters: it.helm?.parameters ?? [],
      fileParameters: it.helm?.fileParameters ?? [],
      skipCrds: it.helm?.skipCrds ?? false,
      skipSchemaValidation: it.helm?.skipSchemaValidation ?? false,
      ignoreMissingValueFiles: it.helm?.ignoreMissingValueFiles ?? false,
      namespace: it.helm?.namespace || null,
      kubeVersion: it.helm?.kubeVersion || null,
      apiVersions: it.helm?.apiVersions ?? [],
    },
  }
}

/** A source that reads one directory with no options; what the CLI and repositories without Application documents use. */
export function plainSource(repoURL: string, path: string): ApplicationSource {
  return sourceFrom({ repoURL, path })
}

/** A folder of a repository without the dots and slashes that people write around it. */
export function relativePath(path: string): string {
  const parts = path.split('/').filter(part => part !== '' && part !== '.')
  return parts.length === 0 ? '.' : parts.join('/')
}

import type { Application } from '../../model/application.ts'
import { applicationDocument } from '../../model/application-document.ts'
import { applicationFrom } from '../../model/application-from.ts'
import type { Problem } from '../../model/problem.ts'
import { type Settings, settingsFile } from '../../model/settings.ts'
import { isBelow } from '../paths.ts'
import type { FluxHelmRelease, FluxKustomization } from './document.ts'
import { fromHelmRelease } from './from-helm-release.ts'
import { fromKustomization } from './from-kustomization.ts'
import { createFindOrigin, type FindOrigin } from './origins.ts'
import type { FluxDocument } from './read.ts'
import type { Translated } from './translated.ts'

interface Resolved {
  readonly applications: readonly Application[]
  readonly problems: readonly Problem[]
}

/**
 * Applications out of all Flux documents of a tree: those below a folder for which the settings name a cluster. Sources count wherever
 * they stand. `alone` says that the repository has no other applications, so that people wait for these.
 */
export function resolveFlux(
  documents: readonly FluxDocument[],
  settings: Settings,
  alone: boolean,
): Resolved {
  const placed = documents.flatMap(document => {
    const place = placeOf(document, settings)
    return place ? [{ document, cluster: place.cluster }] : []
  })
  const missing = settings.flux === null && alone ? withoutCluster(documents) : []
  const find = createFindOrigin(documents)
  const applications: Application[] = []
  const problems: Problem[] = [...missing]
  for (const { document, cluster } of placed) {
    problems.push(...document.problems)
    const { data } = document
    if (data?.kind !== 'Kustomization' && data?.kind !== 'HelmRelease') continue
    const read = applicationOf(data, document, { cluster, settings, find })
    applications.push(...read.applications)
    problems.push(...read.problems)
  }
  return { applications, problems }
}

function placeOf({ location }: FluxDocument, { flux }: Settings) {
  return (flux ?? [])
    .filter(it => isBelow(location.file, it.path))
    .sort((a, b) => b.path.length - a.path.length)[0]
}

interface Place {
  readonly cluster: string
  readonly settings: Settings
  readonly find: FindOrigin
}

function applicationOf(
  data: FluxKustomization | FluxHelmRelease,
  { location, fields }: FluxDocument,
  { cluster, settings, find }: Place,
): Resolved {
  const readBelow = (settings.flux ?? []).filter(it => it.cluster === cluster).map(it => it.path)
  const translated =
    data.kind === 'Kustomization' ? fromKustomization(data, find, readBelow) : fromHelmRelease(data, find)
  if ('refusals' in translated) {
    const problems = translated.refusals.map(({ field, message, hint }) => ({
      code: 'flux-not-supported',
      message: `${data.kind} ${data.metadata.name}: ${message}`,
      location: fields.get(field) ?? location,
      hint,
    }))
    return { applications: [], problems }
  }
  const checked = applicationDocument.safeParse(documentOf(data, translated, cluster))
  if (checked.success) return { applications: [applicationFrom(checked.data, location)], problems: [] }
  const problems = checked.error.issues.map(issue => ({
    code: 'invalid-flux',
    message: `${data.kind} ${data.metadata.name}: ${issue.path.join('.')}: ${issue.message}`,
    location,
    hint: null,
  }))
  return { applications: [], problems }
}

function documentOf(
  data: FluxKustomization | FluxHelmRelease,
  {
    source,
    namespace,
    automated,
    timeout,
    createNamespace,
    healthCheckExprs = [],
  }: Exclude<Translated, { refusals: unknown }>,
  cluster: string,
): object {
  return {
    apiVersion: 'plumbline.dev/v1alpha1',
    kind: 'Application',
    metadata: {
      name: nameOf(data),
      ...(timeout ? { annotations: { 'plumbline.dev/sync-timeout': timeout } } : {}),
    },
    spec: {
      source,
      destination: { name: cluster, ...(namespace ? { namespace } : {}) },
      syncPolicy: {
        ...(automated ? { automated } : {}),
        syncOptions: createNamespace ? ['CreateNamespace=true'] : [],
      },
      ...(healthCheckExprs.length > 0 ? { healthCheckExprs } : {}),
    },
  }
}

/** Flux tells documents apart by kind and namespace too. */
function nameOf({ kind, metadata }: FluxKustomization | FluxHelmRelease): string {
  const { name, namespace } = metadata
  const isUsual = namespace === undefined || (kind === 'Kustomization' && namespace === 'flux-system')
  return isUsual ? name : `${namespace}.${name}`
}

function withoutCluster(documents: readonly FluxDocument[]): readonly Problem[] {
  const found = documents.filter(it => it.data?.kind === 'Kustomization' || it.data?.kind === 'HelmRelease')
  const [first] = found
  if (!first) return []
  const many =
    found.length === 1
      ? 'this document of Flux goes'
      : `the ${found.length} documents of Flux in this repository go`
  return [
    {
      code: 'flux-without-cluster',
      message: `nothing says which cluster ${many} to`,
      location: first.location,
      hint: `name it in ${settingsFile}, such as flux: [{ path: clusters/prod, cluster: prod }]; flux: [] leaves them alone`,
    },
  ]
}

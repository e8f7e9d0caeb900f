import { createHash } from 'node:crypto'
import type { SourceDocument } from '../../model/source-document.ts'
import type { FluxHelmRelease, FluxOrigin } from './document.ts'
import { type FindOrigin, gitRevisionOf } from './origins.ts'
import type { Refusal, Translated } from './translated.ts'

/** A HelmRelease as an Application has it. */
export function fromHelmRelease({ metadata, spec }: FluxHelmRelease, find: FindOrigin): Translated {
  const refusals: Refusal[] = []
  const refuse = (field: string, message: string, hint: string) => refusals.push({ field, message, hint })
  if (spec.kubeConfig !== undefined) {
    refuse(
      'kubeConfig',
      'kubeConfig is not supported: the agent of a cluster writes to that cluster',
      'give the folder a cluster of its own under "flux" in .plumbline.yaml',
    )
  }
  if (spec.valuesFrom?.length) {
    refuse(
      'valuesFrom',
      'valuesFrom is not supported: a render reads nothing from the cluster',
      'write the values under values',
    )
  }
  if (spec.postRenderers?.length) {
    refuse(
      'postRenderers',
      'postRenderers are not supported',
      'render the chart below a Kustomization of its own, or change its values',
    )
  }
  if (spec.commonMetadata !== undefined) {
    refuse(
      'commonMetadata',
      'commonMetadata of a HelmRelease is not supported',
      'use the values of the chart',
    )
  }
  const chart = chartOf({ metadata, spec }, find)
  if ('refused' in chart) refuse(chart.field, chart.refused, chart.hint)
  if ('refused' in chart || refusals.length > 0) return { refusals }
  const namespace = spec.targetNamespace ?? metadata.namespace
  return {
    source: {
      ...chart.source,
      helm: {
        releaseName: spec.releaseName ?? defaultReleaseName(metadata.name, spec.targetNamespace),
        valueFiles: [...chart.valueFiles],
        ...(spec.values ? { valuesObject: spec.values } : {}),
        ignoreMissingValueFiles: spec.chart?.spec.ignoreMissingValuesFiles ?? false,
        skipCrds: spec.install?.crds === 'Skip',
        skipSchemaValidation: spec.install?.disableSchemaValidation ?? false,
      },
    },
    namespace,
    automated: spec.suspend ? null : { prune: true, selfHeal: spec.driftDetection?.mode === 'enabled' },
    timeout: spec.timeout,
    createNamespace: spec.install?.createNamespace ?? false,
  }
}

type FoundChart =
  | { readonly source: SourceDocument; readonly valueFiles: readonly string[] }
  | { readonly refused: string; readonly hint: string; readonly field: string }

function chartOf(
  { metadata, spec }: Pick<FluxHelmRelease, 'metadata' | 'spec'>,
  find: FindOrigin,
): FoundChart {
  if (spec.chartRef) {
    const field = 'chartRef'
    if (spec.chartRef.kind !== 'OCIRepository') {
      return {
        field,
        refused: `a chartRef of kind ${spec.chartRef.kind} is not supported`,
        hint: 'use an OCIRepository, or spec.chart',
      }
    }
    const found = find(spec.chartRef, metadata.namespace)
    return 'refused' in found ? { field, ...found } : fromRegistry(found.origin, field)
  }
  const field = 'chart'
  const { chart, sourceRef, version, valuesFiles = [] } = spec.chart?.spec ?? {}
  if (!chart || !sourceRef) {
    return {
      field,
      refused: 'this HelmRelease names no chart with a sourceRef',
      hint: 'give spec.chart.spec.chart and sourceRef, or a chartRef',
    }
  }
  if (sourceRef.kind !== 'HelmRepository' && sourceRef.kind !== 'GitRepository') {
    return {
      field,
      refused: `a chart from a source of kind ${sourceRef.kind} is not supported`,
      hint: 'use a HelmRepository, a GitRepository or an OCIRepository',
    }
  }
  const found = find(sourceRef, metadata.namespace)
  if ('refused' in found) return { field, ...found }
  const repoURL = found.origin.spec.url ?? ''
  if (sourceRef.kind === 'HelmRepository') {
    const source = { repoURL, chart, targetRevision: version ?? '*' }
    return { source, valueFiles: valuesFiles }
  }
  const revision = gitRevisionOf(found.origin)
  if ('refused' in revision) return { field, ...revision, hint: 'name a branch, a tag or a commit' }
  // Flux looks for them from the repository's root.
  const valueFiles = valuesFiles.map(file => `/${file.replace(/^(\.?\/)+/, '')}`)
  return { source: { repoURL, path: chart, targetRevision: revision.revision }, valueFiles }
}

function fromRegistry({ spec }: FluxOrigin, field: string): FoundChart {
  const [, folder, chart] = /^(oci:\/\/.+)\/([^/]+?)\/*$/.exec(spec.url ?? '') ?? []
  const { tag, semver, digest } = spec.ref ?? {}
  if (!folder || !chart)
    return {
      field,
      refused: 'the OCIRepository has no address of a chart',
      hint: 'such as oci://registry.example.com/charts/web',
    }
  if (digest || !(tag || semver)) {
    return {
      field,
      refused: 'an OCIRepository that names no version of the chart is not supported',
      hint: 'give spec.ref.tag or spec.ref.semver',
    }
  }
  return { source: { repoURL: folder, chart, targetRevision: (semver || tag)! }, valueFiles: [] }
}

const longestName = 53

/** Source: the HelmRelease API of helm-controller, on the release name. */
function defaultReleaseName(name: string, targetNamespace: string | undefined): string {
  const full = targetNamespace ? `${targetNamespace}-${name}` : name
  if (full.length <= longestName) return full
  return `${full.slice(0, 40)}-${createHash('sha256').update(full).digest('hex').slice(0, 12)}`
}

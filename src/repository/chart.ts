import type { Problem } from '../model/problem.ts'
import { parseYamlDocuments } from './parse-yaml.ts'
import type { Position } from './yaml-document.ts'

export const chartFile = 'Chart.yaml'

export interface ChartDependency {
  readonly name: string
  /** `file://../x`, a repository's URL, `oci://`, an `@alias`, or empty for a chart that lies in `charts/`. */
  readonly repository: string
  /** A version or a range; empty when it is not said. */
  readonly version: string
  /** What the chart calls it instead of its name. */
  readonly alias: string | null
  readonly position: Position
}

/** What `helm dependency update` took the dependencies of a chart for: beside `Chart.yaml`, or `requirements.yaml`. */
export const lockFiles = { 'Chart.yaml': 'Chart.lock', 'requirements.yaml': 'requirements.lock' } as const

/** The dependencies that a `Chart.yaml` (or Helm 2's `requirements.yaml`) names. */
export function readChart(
  text: string | Uint8Array,
  file: string,
): {
  readonly name: string | null
  readonly dependencies: readonly ChartDependency[]
  readonly problems: readonly Problem[]
} {
  const { documents, problems } = parseYamlDocuments(text, file)
  const document = documents[0]
  const chart = (document?.value ?? {}) as { name?: unknown; dependencies?: unknown }
  const listed = Array.isArray(chart.dependencies) ? (chart.dependencies as unknown[]) : []
  const dependencies = listed.flatMap((item, index) => {
    const { name, repository, version, alias } = (item ?? {}) as { [field: string]: unknown }
    if (typeof name !== 'string') return []
    const position = document!.positionOf(['dependencies', index])
    return [
      {
        name,
        repository: textOf(repository),
        version: textOf(version),
        alias: textOf(alias) || null,
        position,
      },
    ]
  })
  return { name: typeof chart.name === 'string' ? chart.name : null, dependencies, problems }
}

/** `version: 1.0` is a number to YAML. */
function textOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : ''
}

/** The folder that a `file://` dependency lies in, relative to its chart; null for all others. */
export function localDependency(repository: string): string | null {
  return repository.startsWith('file://') ? repository.slice('file://'.length) || '.' : null
}

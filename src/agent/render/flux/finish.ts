import type { FluxOptions } from '../../../model/application.ts'
import type { KubernetesObject } from '../../../model/object.ts'
import type { Problem } from '../../../model/problem.ts'
import type { RenderedObject } from '../../../model/rendered.ts'
import { isBelow } from '../../../repository/paths.ts'
import { parseYamlDocuments } from '../../../repository/parse-yaml.ts'
import { chunksOf } from '../../../repository/yaml-chunks.ts'
import { groupOf } from '../../../model/identity.ts'
import { substitute } from './substitute.ts'

const substituteField = 'kustomize.toolkit.fluxcd.io/substitute'

export interface PutIn {
  readonly text: string
  /** Documents with expressions that cannot be read, by their beginning in `text`, which holds them as they were. */
  readonly problems: readonly Problem[]
}

/** Variables put into what kustomize built, object by object, but for those that ask to be left alone. Nothing without variables. */
export function putVariablesIn(output: string, { substitute: given }: FluxOptions): PutIn {
  // Line breaks go, as Flux has it.
  const values = new Map(Object.entries(given).map(([name, value]) => [name, value.replaceAll('\n', '')]))
  if (values.size === 0) return { text: output, problems: [] }
  const problems: Problem[] = []
  const chunks = chunksOf(output).map(({ text }) => {
    if (!text.includes('$') || isLeftAlone(text)) return text
    const done = substitute(text, values)
    if ('text' in done) return done.text
    problems.push(unsupported(text, done.unsupported))
    return text
  })
  return { text: chunks.join(''), problems }
}

function objectIn(text: string): KubernetesObject | null {
  return (parseYamlDocuments(text, '').documents[0]?.value ?? null) as KubernetesObject | null
}

function isLeftAlone(text: string): boolean {
  if (!text.includes(substituteField)) return false
  const metadata = objectIn(text)?.metadata
  return [metadata?.labels, metadata?.annotations].some(it => it?.[substituteField] === 'disabled')
}

function unsupported(text: string, found: string): Problem {
  const object = objectIn(text)
  return {
    code: 'unsupported-substitution',
    message: `${object?.kind ?? 'an object'} ${object?.metadata?.name ?? ''} holds ${found}, which is not supported`,
    location: null,
    hint: `write \${name} or \${name:=default}, $$ for a dollar sign, or annotate it ${substituteField}: disabled`,
  }
}

const fluxGroups: readonly string[] = [
  'kustomize.toolkit.fluxcd.io',
  'helm.toolkit.fluxcd.io',
  'source.toolkit.fluxcd.io',
]

/** With common metadata, and without the documents that were read as applications: two would otherwise apply the same. */
export function finishFlux(
  objects: readonly RenderedObject[],
  { commonMetadata, readBelow }: FluxOptions,
): readonly RenderedObject[] {
  const { labels, annotations } = commonMetadata
  const kept = objects.filter(({ object, source }) => {
    const isRead = source !== null && readBelow.some(folder => isBelow(source.file, folder))
    return !(isRead && fluxGroups.includes(groupOf(object.apiVersion)))
  })
  if (Object.keys({ ...labels, ...annotations }).length === 0) return kept
  const withMore = (own: object | null | undefined, more: object) =>
    Object.keys(more).length > 0 ? { ...own, ...more } : own
  return kept.map(({ object, source }) => {
    const { metadata } = object
    const added = {
      labels: withMore(metadata.labels, labels),
      annotations: withMore(metadata.annotations, annotations),
    }
    const filled = Object.fromEntries(Object.entries(added).filter(([, value]) => value !== undefined))
    return { object: { ...object, metadata: { ...metadata, ...filled } }, source }
  })
}

import type { Problem } from '../model/problem.ts'
import { parseYamlDocuments } from './parse-yaml.ts'
import type { Position } from './yaml-document.ts'

/** Names that kustomize looks for, in its order. */
export const kustomizationFiles = ['kustomization.yaml', 'kustomization.yml', 'Kustomization'] as const

/** Something that a kustomization reads besides itself. */
export interface KustomizeReference {
  /** As written, without a generator's `key=`. */
  readonly target: string
  /** `folder`: a kustomization of its own; `either`: that, or a file; `plugin`: either, read as a plugin's configuration. */
  readonly expects: 'file' | 'folder' | 'either' | 'plugin'
  /** The field it stands in, e.g. `resources`. */
  readonly field: string
  readonly position: Position
}

export interface KustomizationReading {
  readonly references: readonly KustomizeReference[]
  /** What the file holds; null when it could not be read. */
  readonly value: Readonly<Record<string, unknown>> | null
  readonly problems: readonly Problem[]
}

const maxItems = 50_000

type Path = readonly (string | number)[]

/** Fields that list plugins: files, folders, or their configuration written in place. */
export const pluginFields: readonly string[] = ['generators', 'transformers', 'validators']

/** Everything that a kustomization names. Field names are compared as kustomize does: without regard to case. */
export function readKustomization(text: string | Uint8Array, file: string): KustomizationReading {
  const { documents, problems } = parseYamlDocuments(text, file, { maxItems })
  const references = documents.flatMap(document =>
    collect(document.value).map(({ path, ...reference }) => ({
      ...reference,
      position: document.positionOf(path),
    })),
  )
  const value = documents[0]?.value
  return { references, value: isMap(value) ? value : null, problems }
}

interface Found {
  readonly target: string
  readonly expects: KustomizeReference['expects']
  readonly field: string
  readonly path: Path
}

const lists: Readonly<Record<string, Found['expects']>> = {
  resources: 'either',
  bases: 'folder',
  components: 'folder',
  generators: 'plugin',
  transformers: 'plugin',
  validators: 'plugin',
  crds: 'file',
  configurations: 'file',
  patchesstrategicmerge: 'file',
}

const listsOfMaps: Readonly<Record<string, readonly string[]>> = {
  patches: ['path'],
  patchesjson6902: ['path'],
  replacements: ['path'],
  configmapgenerator: ['files', 'envs', 'env'],
  secretgenerator: ['files', 'envs', 'env'],
  helmcharts: ['valuesfile', 'additionalvaluesfiles'],
  helmchartinflationgenerator: ['values'],
}

function collect(document: unknown): readonly Found[] {
  if (!isMap(document)) return []
  return Object.entries(document).flatMap(([key, value]) => {
    const field = folded(key)
    if (lists[field]) return texts(value, [key]).flatMap(it => found(it, lists[field]!, key))
    if (field === 'openapi') return inMap(value, [key], ['path'])
    const keys = listsOfMaps[field]
    if (!keys || !Array.isArray(value)) return []
    return value.flatMap((item, index) =>
      // `patches: [a.yaml]` is how kustomizations of long ago list strategic merge patches.
      typeof item === 'string' && field === 'patches'
        ? found({ text: item, path: [key, index] }, 'file', key)
        : inMap(item, [key, index], keys),
    )
  })
}

/** As Go's decoder compares names of fields: by Unicode's simple folding, to which the long s is an s. */
export function folded(key: string): string {
  return key.toUpperCase().toLowerCase()
}

function inMap(value: unknown, path: Path, keys: readonly string[]): readonly Found[] {
  if (!isMap(value)) return []
  return Object.entries(value)
    .filter(([key]) => keys.includes(folded(key)))
    .flatMap(([key, inner]) => texts(inner, [...path, key]))
    .flatMap(it => {
      const key = String(it.path.find((part, index) => index > 0 && typeof part === 'string'))
      const text = folded(key) === 'files' ? it.text.slice(it.text.indexOf('=') + 1) : it.text
      return found({ ...it, text }, 'file', String(path[0]))
    })
}

function texts(value: unknown, path: Path): readonly { text: string; path: Path }[] {
  if (typeof value === 'string') return [{ text: value, path }]
  if (!Array.isArray(value)) return []
  return value.flatMap((item, index) => texts(item, [...path, index]))
}

/** Text of several lines is no name, but the thing itself written in place. */
function found(it: { text: string; path: Path }, expects: Found['expects'], field: string): readonly Found[] {
  if (it.text.trim() === '' || it.text.includes('\n')) return []
  return [{ target: it.text, expects, field, path: it.path }]
}

/** What kustomize would fetch from elsewhere: URLs, and what it takes for a repository to clone. */
export function isRemoteReference(target: string): boolean {
  return (
    /^(git::)?[a-z][a-z0-9+.-]*:\/\//i.test(target) ||
    /^(git::|gh:|[\w.-]+@[\w.-]+:)/i.test(target) ||
    /^(www\.)?github\.com[/:]/i.test(target) ||
    /[?&](ref|version|timeout|submodules)=/.test(target)
  )
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

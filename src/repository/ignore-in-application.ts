import { applicationKey } from '../model/application.ts'
import { type Identity, type ObjectId, parseIdentity } from '../model/identity.ts'
import type { FieldIgnore } from '../model/plan.ts'
import { editYaml, type Json, type YamlEdit } from './edit/edit-yaml.ts'
import { applicationsIn } from './find-applications.ts'
import { parseYamlDocuments } from './parse-yaml.ts'

export interface ObjectIgnore {
  readonly id: ObjectId
  readonly fields: readonly FieldIgnore[]
}

export interface ApplicationText {
  readonly text: string
  /** Relative to the repository's root. */
  readonly file: string
  /** Which of the file's Applications: `guestbook@dev`. */
  readonly application: string
}

/** `text` is null when the document says all of it already; `line` is that of its `ignoreDifferences`. */
export type Ignored =
  | { readonly text: string | null; readonly line: number }
  /** The end of a sentence, for people. */
  | { readonly refused: string }

/**
 * Adds to an Application document that these fields of these objects are ignored: as entries that name one object each, or to the
 * entry that does so already. Everything else in the file stays as it is written.
 */
export function ignoreInApplication(it: ApplicationText, objects: readonly ObjectIgnore[]): Ignored {
  const document = documentOf(it)
  if (document === null) {
    return {
      refused:
        "it is no Application document that defines it: Flux's documents have no field for what is ignored",
    }
  }
  let { text } = it
  for (const object of objects) {
    const edits = editsFor(entriesIn(text, document), object, document)
    const edited = editYaml(text, edits)
    if ('refused' in edited) return edited
    text = edited.text
  }
  const read = parseYamlDocuments(text, it.file).documents[document]
  const line = read?.positionOf(['spec', 'ignoreDifferences']).line ?? 1
  if (text === it.text) return { text: null, line }
  const { problems } = applicationsIn(text, it.file)
  const [problem] = problems
  return problem
    ? { refused: `the document would not be right any more: ${problem.message}` }
    : { text, line }
}

/** Its position among the file's documents. */
function documentOf({ text, file, application }: ApplicationText): number | null {
  const defined = applicationsIn(text, file).applications.find(it => applicationKey(it) === application)
  const line = defined?.definedIn?.line
  const at = parseYamlDocuments(text, file).documents.findIndex(it => it.positionOf([]).line === line)
  return line === undefined || at < 0 ? null : at
}

type Entry = Readonly<Record<string, Json | undefined>>

function entriesIn(text: string, document: number): readonly Entry[] {
  const value = parseYamlDocuments(text, '').documents[document]?.value as {
    spec?: { ignoreDifferences?: unknown }
  }
  const entries = value.spec?.ignoreDifferences
  return Array.isArray(entries) ? (entries as readonly Entry[]) : []
}

const lists = { 'json-pointer': 'jsonPointers', 'jq-path': 'jqPathExpressions' } as const

function editsFor(
  entries: readonly Entry[],
  { id, fields }: ObjectIgnore,
  document: number,
): readonly YamlEdit[] {
  const identity = parseIdentity(id)
  const path = ['spec', 'ignoreDifferences'] as const
  const at = entries.findIndex(it => isOf(it, identity))
  const entry = entries[at]
  if (!entry)
    return [
      { kind: 'set', document, path: [...path, entries.length], value: entryFor(identity, fields) },
    ].map(edit =>
      entries.length === 0 ? { ...edit, path, value: [edit.value] } : edit,
    ) as readonly YamlEdit[]
  return (['json-pointer', 'jq-path'] as const).flatMap(kind => {
    const name = lists[kind]
    const known = textsOf(entry[name])
    const missing = expressionsOf(fields, kind).filter(it => !known.includes(it))
    return missing.map(
      (value, more): YamlEdit =>
        known.length + more === 0
          ? { kind: 'set', document, path: [...path, at, name], value: [value] }
          : { kind: 'set', document, path: [...path, at, name, known.length + more], value },
    )
  })
}

function textsOf(value: Json | undefined): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

function expressionsOf(fields: readonly FieldIgnore[], kind: FieldIgnore['kind']): readonly string[] {
  return [...new Set(fields.filter(it => it.kind === kind).map(it => it.expression))]
}

/** About this object and no other. */
function isOf(entry: Entry, { group, kind, name, namespace }: Identity): boolean {
  return (
    (entry['group'] ?? '') === group &&
    entry['kind'] === kind &&
    entry['name'] === name &&
    (entry['namespace'] ?? '') === namespace
  )
}

function entryFor({ group, kind, name, namespace }: Identity, fields: readonly FieldIgnore[]): Json {
  const pointers = expressionsOf(fields, 'json-pointer')
  const paths = expressionsOf(fields, 'jq-path')
  return {
    ...(group ? { group } : {}),
    kind,
    name,
    ...(namespace ? { namespace } : {}),
    ...(pointers.length > 0 ? { jsonPointers: pointers } : {}),
    ...(paths.length > 0 ? { jqPathExpressions: paths } : {}),
  }
}

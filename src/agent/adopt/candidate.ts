import { parseYamlDocuments } from '../../repository/parse-yaml.ts'
import type { Json, YamlEdit, YamlPath } from '../../repository/edit/edit-yaml.ts'
import type { WorkingCopy } from './working-copy.ts'

/** Where the source says it after an edit. */
export interface EditedPlace {
  readonly file: string
  /** Counted from 1 in the file as it is in the end; null for what is not there any more. */
  line(text: string): number | null
}

/** One way in which the source might be changed. Whether it does what is wanted is for a render to prove. */
export interface Candidate {
  /** Returns why it cannot be made, as the end of a sentence, or where it was made. */
  apply(copy: WorkingCopy): Promise<string | EditedPlace>
}

/** Where a value stands, or is to stand, in a document of a file. */
export interface YamlPlace {
  readonly file: string
  readonly document: number
  readonly path: YamlPath
}

/** Sets a value, or takes it out when it is undefined. */
export function setAt(place: YamlPlace, value: unknown): Candidate {
  return editing(place, [changeAt(place, value)])
}

export function changeAt({ document, path }: YamlPlace, value: unknown): YamlEdit {
  return value === undefined
    ? { kind: 'remove', document, path }
    : { kind: 'set', document, path, value: value as Json }
}

/** Several edits of one file; `place` is what people are told of. */
export function editing(place: YamlPlace, edits: readonly YamlEdit[]): Candidate {
  return {
    async apply(copy) {
      const refused = await copy.editYaml(place.file, edits)
      return refused ?? editedAt(place)
    },
  }
}

export function editedAt({ file, document, path }: YamlPlace): EditedPlace {
  return {
    file,
    line(text) {
      const found = parseYamlDocuments(text, file).documents[document]
      return found && holds(found.value, path) ? found.positionOf(path).line : null
    },
  }
}

/** Several candidates as one; the place is the first one's. */
export function together(candidates: readonly Candidate[]): Candidate {
  return {
    async apply(copy) {
      const places: EditedPlace[] = []
      for (const candidate of candidates) {
        const place = await candidate.apply(copy)
        if (typeof place === 'string') return place
        places.push(place)
      }
      return places[0] ?? 'there is nothing to edit'
    },
  }
}

function holds(value: unknown, path: YamlPath): boolean {
  let at = value
  for (const part of path) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, part)) return false
    at = (at as Record<string | number, unknown>)[part]
  }
  return true
}

/** The value at a path of plain data; undefined when there is none. */
export function valueIn(value: unknown, path: YamlPath): unknown {
  let at = value
  for (const part of path) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, part)) return undefined
    at = (at as Record<string | number, unknown>)[part]
  }
  return at
}

export function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function listIn(value: unknown, key: string): readonly unknown[] {
  const found = isMap(value) ? value[key] : undefined
  return Array.isArray(found) ? found : []
}

import { type Candidate, changeAt, editing, setAt, type YamlPlace } from './candidate.ts'
import { findWritten, pathOfSteps, wholeOf, type WrittenObject } from './document-place.ts'
import { removeDocument } from './remove-document.ts'
import type { Scene } from './scene.ts'
import type { WorkingCopy } from './working-copy.ts'

export interface InFile {
  readonly file: string
  readonly written: WrittenObject
}

/** The document that an object was rendered from; null when there is none, as for what is generated. */
export async function writtenObject({ copy, rendered }: Scene): Promise<InFile | null> {
  const { object, source } = rendered
  const file = source && (await copy.fileAt(source.file))
  const text = file && (await copy.read(file))
  if (!file || !text) return null
  const { name, namespace } = object.metadata
  const written = findWritten(text, { kind: object.kind, name, namespace }, source)
  return written && { file, written }
}

/** Changes the field where the object itself is written. */
export function inItsDocument({ file, written }: InFile, { wanted }: Scene): readonly Candidate[] {
  const path = pathOfSteps(written.value, wanted.steps)
  if (path === null) return []
  const at = (inner: typeof path): YamlPlace => ({
    file,
    document: written.document,
    path: [...written.path, ...inner],
  })
  if (wanted.value !== undefined) return [setAt(at(path), wanted.value)]
  const whole = wholeOf(written.value, path)
  const isSame = whole.length === path.length
  // What people are told of is the field, not the map around it.
  const gone = editing(at(path), [changeAt(at(whole), undefined)])
  return isSame ? [gone] : [gone, setAt(at(path), undefined)]
}

/** Takes the whole object out of its file. `only` says what else has to go with the file when nothing is left in it. */
export function withoutDocument(
  { file, written }: InFile,
  only: (copy: WorkingCopy) => Promise<string | null>,
): Candidate {
  const { document, path, siblings } = written
  return {
    async apply(copy) {
      const text = await copy.read(file)
      if (text === null) return `${file} cannot be read`
      const place = { file, line: () => null }
      if (siblings === 1) {
        const refused = await only(copy)
        return refused ?? (await copy.write(file, null)) ?? place
      }
      if (path.length > 0) return (await copy.editYaml(file, [{ kind: 'remove', document, path }])) ?? place
      const left = removeDocument(text, document)
      if (left === null) return `${file} is written in a way from which one document cannot be taken out`
      return (await copy.write(file, left)) ?? place
    },
  }
}

import type { Application, ApplicationSource } from '../../model/application.ts'
import { applicationsIn } from '../../repository/find-applications.ts'
import { parseYamlDocuments } from '../../repository/parse-yaml.ts'
import type { Wanted } from '../../engine/adoptable.ts'
import type { DesiredObject } from '../../engine/plan-input.ts'
import { isMap, valueIn, type YamlPlace } from './candidate.ts'
import type { Sharing } from './sharing.ts'
import type { WorkingCopy } from './working-copy.ts'

/** Everything that a proposal for one field is made from. */
export interface Scene {
  readonly copy: WorkingCopy
  readonly application: Application
  /** The source that rendered the object. */
  readonly source: ApplicationSource
  /** Its place in the Application document; null when the application has none that can be edited. */
  readonly sourcePlace: SourcePlace | null
  readonly sharing: Sharing
  readonly wanted: Wanted
  /** As it is rendered now. */
  readonly rendered: DesiredObject
}

export interface SourcePlace extends YamlPlace {
  readonly value: Readonly<Record<string, unknown>>
}

/** The application as the working copy defines it now: an edit may have changed its document. */
export async function applicationIn(copy: WorkingCopy, given: Application): Promise<Application> {
  if (given.definedIn === null) return given
  const { file } = given.definedIn
  const text = copy.changes().some(it => it.path === file) ? await copy.read(file) : null
  if (text === null) return given
  const { applications } = applicationsIn(text, file)
  const same = applications.find(
    it => it.name === given.name && it.destination.cluster === given.destination.cluster,
  )
  return same ? { ...given, sources: same.sources } : given
}

/** Where source number `index` stands in the Application document. */
export async function sourcePlaceOf(
  copy: WorkingCopy,
  { definedIn, name }: Application,
  index: number,
): Promise<SourcePlace | null> {
  const text = definedIn && (await copy.read(definedIn.file))
  if (!definedIn || text === null) return null
  const found = parseYamlDocuments(text, definedIn.file).documents.flatMap(({ value, line }, document) =>
    valueIn(value, ['kind']) === 'Application' && valueIn(value, ['metadata', 'name']) === name
      ? [{ value, line, document }]
      : [],
  )
  const chosen = found.find(it => it.line === definedIn.line) ?? found[0]
  if (!chosen) return null
  const path = valueIn(chosen.value, ['spec', 'sources']) ? ['spec', 'sources', index] : ['spec', 'source']
  const value = valueIn(chosen.value, path)
  return isMap(value) ? { file: definedIn.file, document: chosen.document, path, value } : null
}

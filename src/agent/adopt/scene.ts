import type { Application, ApplicationSource } from '../../model/application.ts'
import { settingsFile } from '../../model/settings.ts'
import type { YamlPath } from '../../repository/edit/edit-yaml.ts'
import { applicationsIn, findApplicationsIn } from '../../repository/find-applications.ts'
import { parseYamlDocuments } from '../../repository/parse-yaml.ts'
import { parseSettings } from '../../repository/settings.ts'
import { folderTree } from '../../repository/tree.ts'
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
  /** Where inline values of helm stand, or are to stand: as YAML text, or as fields. */
  readonly inline: { readonly path: YamlPath; readonly isText: boolean }
}

/** The application as the working copy defines it now: an edit may have changed its document. */
export async function applicationIn(
  copy: WorkingCopy,
  given: Application,
  signal: AbortSignal,
): Promise<Application> {
  const { definedIn } = given
  if (definedIn === null || !copy.changes().some(it => it.path === definedIn.file)) return given
  const text = await copy.read(definedIn.file)
  const isSame = (it: Application) =>
    it.name === given.name && it.destination.cluster === given.destination.cluster
  const inFile = applicationsIn(text ?? '', definedIn.file).applications.find(isSame)
  // Those of Flux are put together from several documents.
  const same = inFile ?? (await allApplications(copy, signal)).find(isSame)
  return same ? { ...given, sources: same.sources } : given
}

export async function allApplications(
  copy: WorkingCopy,
  signal: AbortSignal,
): Promise<readonly Application[]> {
  const { settings } = parseSettings(await copy.read(settingsFile))
  return (await findApplicationsIn(await folderTree(copy.root), settings, signal)).applications
}

/** Where source number `index` stands in the Application document; of a HelmRelease of Flux, its spec. */
export async function sourcePlaceOf(
  copy: WorkingCopy,
  { definedIn, name }: Application,
  index: number,
): Promise<SourcePlace | null> {
  const text = definedIn && (await copy.read(definedIn.file))
  if (!definedIn || text === null) return null
  const found = parseYamlDocuments(text, definedIn.file).documents.flatMap(({ value, line }, document) =>
    isMap(value) ? [{ value, line, document }] : [],
  )
  const ofKind = (kind: string) => found.filter(it => it.value['kind'] === kind)
  const named = ofKind('Application').filter(it => valueIn(it.value, ['metadata', 'name']) === name)
  const { file } = definedIn
  const application = named.find(it => it.line === definedIn.line) ?? named[0]
  if (application) {
    const { document, value: whole } = application
    const path = valueIn(whole, ['spec', 'sources']) ? ['spec', 'sources', index] : ['spec', 'source']
    const value = valueIn(whole, path)
    return isMap(value) ? { file, document, path, value, inline: inlineOf(path, value) } : null
  }
  const release = ofKind('HelmRelease').find(it => it.line === definedIn.line)
  if (!release) return null
  const value = valueIn(release.value, ['spec'])
  const inline = { path: ['spec', 'values'], isText: false }
  return isMap(value) ? { file, document: release.document, path: ['spec'], value, inline } : null
}

function inlineOf(path: YamlPath, value: Readonly<Record<string, unknown>>): SourcePlace['inline'] {
  const helm = value['helm']
  const isText = isMap(helm) && helm['valuesObject'] === undefined && typeof helm['values'] === 'string'
  return { path: [...path, 'helm', isText ? 'values' : 'valuesObject'], isText }
}

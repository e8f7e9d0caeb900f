import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { findValueFiles } from '../../render/helm/values.ts'
import { chartRequestOf } from '../../render/helm/remote-chart.ts'
import { lookUp } from '../../render/inside.ts'
import type { ApplicationSource } from '../../../model/application.ts'
import { editYaml, type YamlPath } from '../../../repository/edit/edit-yaml.ts'
import { parseYamlDocuments } from '../../../repository/parse-yaml.ts'
import { type Candidate, changeAt, editedAt, isMap, setAt, valueIn, type YamlPlace } from '../candidate.ts'
import type { Scene, SourcePlace } from '../scene.ts'
import type { ChartShelf, ShelvedChart } from './chart-shelf.ts'
import { textOf } from './value-tree.ts'

/** One place that values come from. */
export interface Layer {
  readonly values: unknown
  /** Changes a value, or takes it out when it is undefined; null where nothing may be edited. */
  readonly set: ((path: YamlPath, value: unknown) => Candidate) | null
  /** A value can be put here that it does not have yet. */
  readonly takesNew: boolean
}

export interface HelmSources {
  readonly shelf: ChartShelf
  readonly inRepository: (source: ApplicationSource) => boolean
  readonly signal: AbortSignal
}

/** The layers of a source, lowest first: what charts bring, value files, inline values, parameters. */
export async function layersOf(scene: Scene, from: HelmSources): Promise<readonly Layer[]> {
  const { application, copy, source, sharing } = scene
  const request = chartRequestOf(source)
  const chart = request
    ? await from.shelf.take(request, from.signal)
    : { root: copy.root, folder: source.path, isRemote: false }
  const places = { application, checkout: copy.root, chart, inRepository: from.inRepository }
  const { files } = await findValueFiles(source, places)
  const valueFiles = await Promise.all(
    files.map(async (it): Promise<Layer> => {
      const text = it.inRepository ? await copy.read(it.shown) : await readFile(it.file, 'utf8')
      const file = it.inRepository ? await copy.fileAt(it.shown) : null
      const isOurs = file !== null && !sharing.isValueFileOfOthers(file)
      return inFile(text ?? '', isOurs ? file : null, true)
    }),
  )
  return [...(await defaultsOf(scene, chart)), ...valueFiles, inlineLayer(scene), ...parameterLayers(scene)]
}

/** What the chart says itself, and the charts in its `charts` folder below their names. */
async function defaultsOf(scene: Scene, { root, folder, isRemote }: ShelvedChart): Promise<readonly Layer[]> {
  const layers: Layer[] = []
  const visit = async (at: string, prefix: YamlPath, depth: number): Promise<void> => {
    const parts = await readdir(join(root, at, 'charts'), { withFileTypes: true }).catch(() => [])
    for (const part of parts) {
      if (part.isDirectory() && depth < 5)
        await visit(`${at}/charts/${part.name}`, [...prefix, part.name], depth + 1)
    }
    const file = at === '.' ? 'values.yaml' : `${at}/values.yaml`
    const found = await lookUp(root, file)
    if (found.kind !== 'file') return
    const text = isRemote ? await readFile(found.real, 'utf8') : await scene.copy.read(file)
    const real = isRemote ? null : await scene.copy.fileAt(file)
    const isOurs = real !== null && !scene.sharing.isReadByOthers(real)
    layers.push(below(prefix, inFile(text ?? '', isOurs ? real : null, false)))
  }
  await visit(folder, [], 0)
  return layers
}

function below(prefix: YamlPath, layer: Layer): Layer {
  if (prefix.length === 0) return layer
  const { set } = layer
  return {
    ...layer,
    values: prefix.reduceRight<unknown>((inner, part) => ({ [part]: inner }), layer.values),
    set: set && ((path, value) => set(path.slice(prefix.length), value)),
  }
}

function inFile(text: string, file: string | null, takesNew: boolean): Layer {
  const values = parseYamlDocuments(text, file ?? '').documents[0]?.value
  const set =
    file === null ? null : (path: YamlPath, value: unknown) => setAt({ file, document: 0, path }, value)
  return { values: isMap(values) ? values : {}, set, takesNew }
}

/** In the Application document, or the HelmRelease. */
function inlineLayer({ source, sourcePlace }: Scene): Layer {
  const values = parseYamlDocuments(source.helm.values ?? '', '').documents[0]?.value
  const set = (place: SourcePlace) => (path: YamlPath, value: unknown) =>
    place.inline.isText
      ? inText({ ...place, path: place.inline.path }, path, value)
      : setAt({ ...place, path: [...place.inline.path, ...path] }, value)
  return { values: isMap(values) ? values : {}, set: sourcePlace && set(sourcePlace), takesNew: true }
}

function inText(place: YamlPlace, path: YamlPath, value: unknown): Candidate {
  return {
    async apply(copy) {
      const outer = await copy.read(place.file)
      const document = parseYamlDocuments(outer ?? '', place.file).documents[place.document]?.value
      const text = valueIn(document, place.path)
      if (typeof text !== 'string') return `${place.file} has no values there any more`
      const edited = editYaml(text, [changeAt({ file: '', document: 0, path }, value)])
      if ('refused' in edited) return `the inline values: ${edited.refused}`
      return (await copy.editYaml(place.file, [changeAt(place, edited.text)])) ?? editedAt(place)
    },
  }
}

/** `--set` has the last word, each parameter by its path. */
function parameterLayers({ source, sourcePlace }: Scene): readonly Layer[] {
  return source.helm.parameters.map(({ name, value }, at) => {
    const path = parameterPath(name)
    if (path === null) return { values: {}, set: null, takesNew: false }
    const place = sourcePlace && {
      ...sourcePlace,
      path: [...sourcePlace.path, 'helm', 'parameters', at, 'value'],
    }
    return {
      values: path.reduceRight<unknown>((inner, part) => ({ [part]: inner }), value),
      set: place && ((_path: YamlPath, wanted: unknown) => setAt(place, textOf(wanted) ?? undefined)),
      takesNew: false,
    }
  })
}

/** `a.b\.c`; null for lists, which are left alone. */
function parameterPath(name: string): YamlPath | null {
  if (/[[\]]/.test(name)) return null
  return name.split(/(?<!\\)\./).map(part => part.replaceAll('\\.', '.'))
}

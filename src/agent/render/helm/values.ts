import { join } from 'node:path'
import type { Application, ApplicationSource } from '../../../model/application.ts'
import type { Problem } from '../../../model/problem.ts'
import { isBelow, type RepositoryPath, resolveInside } from '../../../repository/paths.ts'
import { lookUp, symlinkOutside } from '../inside.ts'
import type { LaidOutChart } from './laid-out-chart.ts'

/** A file that values come from. */
export interface ValueFile {
  /** Absolute. */
  readonly file: string
  /** For messages; in the repository, the path there. */
  readonly shown: RepositoryPath
  readonly inRepository: boolean
}

/** Where the names of a source's files are looked for. */
export interface ValuePlaces {
  readonly application: Application
  /** Real path of the checkout. */
  readonly checkout: string
  /** What names without `$` are relative to: the chart's folder, in the checkout or in an unpacked archive. */
  readonly chart: Pick<LaidOutChart, 'root' | 'folder' | 'isRemote'>
  readonly inRepository: (source: ApplicationSource) => boolean
}

/** The value files of a source that are there, in their order. */
export async function findValueFiles(source: ApplicationSource, places: ValuePlaces) {
  const found = await Promise.all(source.helm.valueFiles.map(name => find(name, 'value file', places)))
  const isMissing = (it: ValueFile | Problem) => 'code' in it && it.code === 'missing-file'
  const wanted = found.filter(it => !(source.helm.ignoreMissingValueFiles && isMissing(it)))
  return divided(wanted)
}

/** The files of `fileParameters`, in their order. */
export async function findParameterFiles(source: ApplicationSource, places: ValuePlaces) {
  return divided(await Promise.all(source.helm.fileParameters.map(it => find(it.path, 'file', places))))
}

function divided(found: readonly (ValueFile | Problem)[]) {
  return {
    files: found.filter(it => !('code' in it)) as readonly ValueFile[],
    problems: found.filter(it => 'code' in it) as readonly Problem[],
  }
}

/** `$name/...` is below the root of the source called `name`; anything else is relative to the chart. */
async function find(name: string, kind: string, places: ValuePlaces): Promise<ValueFile | Problem> {
  const { application, checkout, chart } = places
  const at = (code: string, message: string, hint: string | null): Problem => {
    return { code, message, location: application.definedIn, hint }
  }
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(name)) {
    const message = `the ${kind} ${withoutQuery(name)} would be fetched from the network`
    return at('remote-base', message, 'copy it into the repository')
  }
  const reference = /^\$([^/]+)\/(.*)$/.exec(name)
  const elsewhere = reference && application.sources.find(it => it.ref === reference[1])
  if (reference && !elsewhere) {
    const hint = `give one of the sources the ref ${reference[1]}`
    return at('source-not-supported', `the ${kind} ${name} names a source that is not there`, hint)
  }
  if (elsewhere && !places.inRepository(elsewhere)) {
    const message = `the ${kind} ${name} names a source that is not this repository`
    return at('source-not-supported', message, 'only files of this repository can be read')
  }
  const isRemote = chart.isRemote && !reference
  const root = isRemote ? chart.root : checkout
  const path = reference
    ? resolveInside('.', reference[2]!)
    : name.startsWith('/') && isRemote
      ? resolveInside(chart.folder, name.slice(1))
      : resolveInside(chart.folder, name)
  const where = isRemote ? 'chart' : 'repository'
  if (path === null || (isRemote && !isBelow(path, chart.folder))) {
    return at('outside-repository', `the ${kind} ${name} lies outside of the ${where}`, null)
  }
  const found = await lookUp(root, path)
  switch (found.kind) {
    case 'file':
      return { file: join(root, path), shown: path, inRepository: !isRemote }
    case 'outside':
      return symlinkOutside(path)
    case 'folder':
    case 'missing': {
      const hint = isRemote
        ? 'without $ref/ in front, the files of a source with a chart are those inside of the chart'
        : 'they are relative to the path of their source; ignoreMissingValueFiles leaves missing value files out'
      return at('missing-file', `the ${kind} ${path} does not exist${isRemote ? ' in the chart' : ''}`, hint)
    }
  }
}

/** What may be a token. */
function withoutQuery(url: string): string {
  return url.replace(/\/\/[^/@]*@/, '//').replace(/[?#].*$/, '')
}

/** `--values`, which helm reads as CSV: unquoted, a comma in a file's name would begin the name of another file, anywhere. */
export function valuesArgument(file: string): readonly string[] {
  return ['--values', `"${file.replaceAll('"', '""')}"`]
}

/** `--set-file`, which takes a backslash and a comma for its own. */
export function fileArguments(
  parameters: ApplicationSource['helm']['fileParameters'],
  files: readonly string[],
) {
  return parameters.flatMap(({ name }, index) => [
    '--set-file',
    `${name}=${files[index]!.replace(/[\\,]/g, '\\$&')}`,
  ])
}

/** `--set` and `--set-string`, with commas kept as part of the value, except in a `{list}`. */
export function parameterArguments(parameters: ApplicationSource['helm']['parameters']): readonly string[] {
  return parameters.flatMap(({ name, value, forceString }) => {
    const list = value.startsWith('{') && value.endsWith('}')
    const escaped = list ? value : value.replace(/(?<!\\),/g, '\\,')
    return [forceString ? '--set-string' : '--set', `${name}=${escaped}`]
  })
}

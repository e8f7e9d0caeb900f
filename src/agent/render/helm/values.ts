import { join } from 'node:path'
import type { Application, ApplicationSource } from '../../../model/application.ts'
import type { Problem } from '../../../model/problem.ts'
import { type RepositoryPath, resolveInside } from '../../../repository/paths.ts'
import { lookUp, symlinkOutside } from '../inside.ts'

export interface ValueFiles {
  readonly files: readonly RepositoryPath[]
  readonly problems: readonly Problem[]
}

/** The value files of a source, relative to its path; `$name/...` is below the root of the source called `name`. */
export async function findValueFiles(
  root: string,
  source: ApplicationSource,
  application: Application,
  inRepository: (source: ApplicationSource) => boolean,
): Promise<ValueFiles> {
  const files: RepositoryPath[] = []
  const problems: Problem[] = []
  for (const name of source.helm.valueFiles) {
    const at = (code: string, message: string, hint: string | null): Problem => ({
      code,
      message,
      location: application.definedIn,
      hint,
    })
    const reference = /^\$([^/]+)\/(.*)$/.exec(name)
    const elsewhere = reference && application.sources.find(it => it.ref === reference[1])
    if (/^[a-z][a-z0-9+.-]*:\/\//i.test(name)) {
      problems.push(
        at(
          'remote-base',
          `the value file ${name} would be fetched from the network`,
          'copy it into the repository',
        ),
      )
      continue
    }
    if (reference && !(elsewhere && inRepository(elsewhere))) {
      const message = `the value file ${name} names a source that is not this repository`
      problems.push(
        at('source-not-supported', message, 'only value files of this repository can be read yet'),
      )
      continue
    }
    const path = reference ? resolveInside('.', reference[2]!) : resolveInside(source.path, name)
    const found = path === null ? ({ kind: 'outside' } as const) : await lookUp(root, path)
    if (found.kind === 'file') files.push(path!)
    else if (found.kind === 'outside' && path !== null) problems.push(symlinkOutside(path))
    else if (found.kind === 'outside')
      problems.push(at('outside-repository', `the value file ${name} lies outside of the repository`, null))
    else if (!source.helm.ignoreMissingValueFiles) {
      const hint =
        'value files are relative to the path of their source; ignoreMissingValueFiles leaves missing ones out'
      problems.push(at('missing-file', `the value file ${join(source.path, name)} does not exist`, hint))
    }
  }
  return { files, problems }
}

/** `--values`, which helm reads as CSV: unquoted, a comma in a file's name would begin the name of another file, anywhere. */
export function valuesArgument(file: string): readonly string[] {
  return ['--values', `"${file.replaceAll('"', '""')}"`]
}

/** `--set` and `--set-string`, with commas kept as part of the value, except in a `{list}`. */
export function parameterArguments(parameters: ApplicationSource['helm']['parameters']): readonly string[] {
  return parameters.flatMap(({ name, value, forceString }) => {
    const list = value.startsWith('{') && value.endsWith('}')
    const escaped = list ? value : value.replace(/(?<!\\),/g, '\\,')
    return [forceString ? '--set-string' : '--set', `${name}=${escaped}`]
  })
}

import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Problem } from '../../../model/problem.ts'
import { folded, pluginFields } from '../../../repository/kustomization.ts'
import { parseYamlDocuments } from '../../../repository/parse-yaml.ts'
import type { RepositoryPath } from '../../../repository/paths.ts'
import { remote } from './remote.ts'
import type { KustomizeRoot } from './open-root.ts'

/*
 * The configuration of a plugin may name files too, which kustomize fetches when they are URLs. Its proxy keeps it from
 * everything but this very machine, which Go's HTTP client reaches without; so no such configuration may reach kustomize.
 */

export async function pluginFileProblems(root: string, file: RepositoryPath): Promise<readonly Problem[]> {
  const { documents, problems } = parseYamlDocuments(await readFile(join(root, file)), file)
  const remotes = documents.flatMap(document =>
    urlsIn(document.value, []).map(it => ({
      ...remote(it.url),
      location: { file, ...document.positionOf(it.path) },
    })),
  )
  return [...problems, ...remotes]
}

/** Of plugins that are written out in the kustomization itself. */
export function inlinePluginProblems({ file, reading }: KustomizeRoot): readonly Problem[] {
  const texts = Object.entries(reading.value ?? {})
    .filter(([field]) => pluginFields.includes(folded(field)))
    .flatMap(([field, listed]) => (Array.isArray(listed) ? listed : []).map(text => ({ field, text })))
  return texts.flatMap(({ field, text }) => {
    // One line names a file, and is followed like every other one.
    if (typeof text !== 'string' || !text.includes('\n')) return []
    const { documents, problems } = parseYamlDocuments(text, file)
    const location = { file, line: null }
    const unreadable = problems.map(it => ({
      ...it,
      message: `a plugin in ${field}: ${it.message}`,
      location,
    }))
    const urls = documents.flatMap(document => urlsIn(document.value, []))
    return [...unreadable, ...urls.map(({ url }) => ({ ...remote(url), location }))]
  })
}

/** A folder may build the configurations of plugins too. What it changes in them before they run, nobody could check. */
export function pluginFolderProblems({ file, reading }: KustomizeRoot): readonly Problem[] {
  const allowed = ['apiversion', 'kind', 'metadata', 'resources']
  return Object.keys(reading.value ?? {})
    .filter(field => !allowed.includes(folded(field)))
    .map(field => ({
      code: 'kustomize-failed',
      message: `${field} is not supported in a folder of plugins, only resources`,
      location: { file, line: null },
      hint: 'write the plugins as they are meant to run',
    }))
}

function urlsIn(
  value: unknown,
  path: readonly string[],
): readonly { url: string; path: readonly string[] }[] {
  if (typeof value === 'string') {
    return /^([^=]*=)?\s*https?:/i.test(value) ? [{ url: value, path }] : []
  }
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value)
    .filter(([key]) => !/^(annotations|labels|literals)$/i.test(key))
    .flatMap(([key, inner]) => urlsIn(inner, [...path, key]))
}

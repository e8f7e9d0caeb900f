import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { SourceLocation } from '../../../model/problem.ts'
import type { RepositoryPath } from '../../../repository/paths.ts'
import { lookUp } from '../inside.ts'
import { lineOf, type ScannedDocument, scanDocuments } from '../scan-documents.ts'
import type { ChartWalk } from './chart.ts'

/** Which line of helm's output belongs to which template, by its `# Source:` comments. */
export function sourceComments(output: string): (line: number) => string | null {
  const marks: { line: number; path: string }[] = []
  for (const [index, line] of output.split('\n').entries()) {
    const path = /^# Source: (.+)$/.exec(line)?.[1]
    if (path) marks.push({ line: index + 1, path: path.trim() })
  }
  return line => marks.findLast(mark => mark.line <= line)?.path ?? null
}

export interface TemplateFinder {
  /** The file in the repository; null when it is in none. */
  fileOf(template: string): Promise<RepositoryPath | null>
  /** With the line of the document of this kind, when it can be told; of what was fetched, where it is asked for. */
  locate(template: string, kind: string, name: string): Promise<SourceLocation | null>
}

/**
 * Finds where helm's name of a file (`web/templates/a.yaml`, `web/charts/lib/templates/b.yaml`) stands in the repository. `walk` is
 * null for a chart that is not in it.
 */
export function createTemplateFinder(
  root: string,
  folder: RepositoryPath,
  walk: Pick<ChartWalk, 'vendored' | 'remote'> | null,
): TemplateFinder {
  const scanned = new Map<RepositoryPath, readonly ScannedDocument[]>()

  function pathOf(template: string): RepositoryPath {
    const path = [folder, ...template.split('/').slice(1)].filter(part => part !== '.').join('/')
    return (walk?.vendored ?? []).reduceRight(
      (at, { from, shownAt }) => (at.startsWith(`${shownAt}/`) ? from + at.slice(shownAt.length) : at),
      path,
    )
  }

  async function fileOf(template: string): Promise<RepositoryPath | null> {
    if (walk === null) return null
    const path = pathOf(template)
    return (await lookUp(root, path)).kind === 'file' ? path : null
  }

  function askedFor(template: string): SourceLocation | null {
    const path = pathOf(template)
    return walk?.remote.find(it => path.startsWith(`${it.shownAt}/`))?.location ?? null
  }

  return {
    fileOf,
    async locate(template, kind, name) {
      const file = await fileOf(template)
      if (file === null) return askedFor(template)
      const documents = scanned.get(file) ?? scanDocuments(await readFile(join(root, file), 'utf8'))
      scanned.set(file, documents)
      return {
        file,
        line: lineOf(documents, kind, name) ?? documents.find(it => it.kind === kind)?.line ?? null,
      }
    },
  }
}

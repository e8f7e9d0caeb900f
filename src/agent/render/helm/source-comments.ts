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

/** Finds where helm's name of a file (`web/templates/a.yaml`, `web/charts/lib/templates/b.yaml`) stands in the repository. */
export function createTemplateFinder(
  root: string,
  folder: RepositoryPath,
  walk: Pick<ChartWalk, 'vendored'>,
) {
  const scanned = new Map<RepositoryPath, readonly ScannedDocument[]>()

  async function fileOf(template: string): Promise<RepositoryPath | null> {
    const path = [folder, ...template.split('/').slice(1)].filter(part => part !== '.').join('/')
    const moved = walk.vendored.reduceRight(
      (at, { from, to }) => (at.startsWith(`${to}/`) ? from + at.slice(to.length) : at),
      path,
    )
    return (await lookUp(root, moved)).kind === 'file' ? moved : null
  }

  return {
    fileOf,
    /** With the line of the document of this kind, when it can be told. */
    async locate(template: string, kind: string, name: string): Promise<SourceLocation | null> {
      const file = await fileOf(template)
      if (file === null) return null
      const documents = scanned.get(file) ?? scanDocuments(await readFile(join(root, file), 'utf8'))
      scanned.set(file, documents)
      return {
        file,
        line: lineOf(documents, kind, name) ?? documents.find(it => it.kind === kind)?.line ?? null,
      }
    },
  }
}

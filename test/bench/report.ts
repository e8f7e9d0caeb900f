import { readFile, writeFile } from 'node:fs/promises'
import type { Measured } from './scenario.ts'
import { tableText } from './table.ts'

export const reportFile = new URL('../../docs/benchmarks.md', import.meta.url).pathname

const begin = '<!-- written by `make bench`: begin -->'
const end = '<!-- written by `make bench`: end -->'

/**
 * Puts what was measured between the markers of the document, each scenario in place of what it gave before; the others keep their
 * figures, with the run that these are from. What people wrote around the markers stays.
 */
export async function writeReport(facts: readonly string[], measured: readonly Measured[]): Promise<void> {
  const text = await readFile(reportFile, 'utf8')
  const from = text.indexOf(begin)
  const to = text.indexOf(end)
  if (from < 0 || to < from) throw new Error(`${reportFile} has lost its markers: put back\n${begin}\n${end}`)
  const sections = sectionsIn(text.slice(from, to))
  for (const { name, title, about, table } of measured) {
    sections.set(name, `## ${title}\n\n${about}\n\n${tableText(table)}\n\n${facts.join('\n')}`)
  }
  const body = [...sections].map(([name, section]) => `${opening(name)}\n${section}\n${closing}`).join('\n\n')
  await writeFile(reportFile, `${text.slice(0, from + begin.length)}\n\n${body}\n\n${text.slice(to)}`)
}

const opening = (name: string) => `<!-- scenario: ${name} -->`
const closing = '<!-- end of scenario -->'

function sectionsIn(text: string): Map<string, string> {
  const found = text.matchAll(/<!-- scenario: ([\w-]+) -->\n([^]*?)\n<!-- end of scenario -->/g)
  return new Map([...found].map(([, name = '', section = '']) => [name, section]))
}

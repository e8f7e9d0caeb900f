import { readFile, writeFile } from 'node:fs/promises'
import type { Measured } from './scenario.ts'
import { tableText } from './table.ts'

export const reportFile = new URL('../../docs/benchmarks.md', import.meta.url).pathname

const begin = '<!-- written by `make bench`: begin -->'
const end = '<!-- written by `make bench`: end -->'

/** Puts a run between the markers of the document; what people wrote around them stays. */
export async function writeReport(facts: readonly string[], measured: readonly Measured[]): Promise<void> {
  const text = await readFile(reportFile, 'utf8')
  const from = text.indexOf(begin)
  const to = text.indexOf(end)
  if (from < 0 || to < from) throw new Error(`${reportFile} has lost its markers: put back\n${begin}\n${end}`)
  const sections = measured.map(({ title, about, table }) => `## ${title}\n\n${about}\n\n${tableText(table)}`)
  const body = ['## The run', facts.join('\n'), ...sections].join('\n\n')
  await writeFile(reportFile, `${text.slice(0, from + begin.length)}\n\n${body}\n\n${text.slice(to)}`)
}

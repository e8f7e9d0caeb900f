import { z } from 'zod'
import { parseYamlDocuments } from '../../../repository/parse-yaml.ts'

export interface IndexEntry {
  readonly version: string
  readonly urls: readonly string[]
  /** SHA-256, hexadecimal. */
  readonly digest: string | null
}

const listed = z.object({
  version: z.coerce.string(),
  urls: z.array(z.string()).nullish(),
  digest: z.string().nullish(),
})
const index = z.object({ entries: z.record(z.string(), z.unknown()).nullish() })

/** Of what is parsed at once, which is one chart of an index of any size that helm wrote. */
const maxBytes = 16 * 1024 ** 2
const maxItems = 500_000

/**
 * The versions of one chart in an index.yaml, in its order; null when the chart is not in it, 'broken' when it is no index. helm
 * writes the charts one below the other, so that the lines of one can be read alone: parsing tens of megabytes would keep
 * everybody else waiting for seconds. What is laid out otherwise is read whole.
 */
export function versionsIn(text: string, chart: string): readonly IndexEntry[] | null | 'broken' {
  const block = blockOf(text, chart)
  if (block === 'absent') return null
  const whole = entriesOf(block ?? text)
  if (whole === 'broken') return 'broken'
  const list = Object.hasOwn(whole, chart) ? whole[chart] : undefined
  if (!Array.isArray(list)) return null
  return list.flatMap((it: unknown) => {
    const parsed = listed.safeParse(it)
    if (!parsed.success) return []
    const { version, urls, digest } = parsed.data
    return [
      { version, urls: urls ?? [], digest: digest ? digest.replace(/^sha256:/, '').toLowerCase() : null },
    ]
  })
}

function entriesOf(text: string): Readonly<Record<string, unknown>> | 'broken' {
  const parsed = index.safeParse(text.trimStart().startsWith('{') ? fromJson(text) : fromYaml(text))
  return parsed.success ? (parsed.data.entries ?? {}) : 'broken'
}

function fromJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // Said as "no index" by the caller: the text is a stranger's.
    return null
  }
}

function fromYaml(text: string): unknown {
  const { documents, problems } = parseYamlDocuments(text, 'index.yaml', { maxBytes, maxItems })
  return problems.length > 0 ? null : documents[0]?.value
}

/** The `entries:` line and the lines of one chart; null when it is not laid out as helm does. */
function blockOf(text: string, chart: string): string | 'absent' | null {
  const head = /^entries:[ \t]*\r?\n(?= {2}[^\s-])/m.exec(text)
  if (!head) return null
  const entries = text.slice(head.index + head[0].length)
  const name = chart.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
  const start = new RegExp(`^  (["']?)${name}\\1:[ \\t]*\\r?\\n`, 'm').exec(entries)
  if (!start) return 'absent'
  const rest = entries.slice(start.index + start[0].length)
  const end = /^(?! {2}-| {3,}|[ \t]*\r?$)/m.exec(rest)
  return `${head[0]}${start[0]}${withoutTheRest(rest.slice(0, end?.index))}`
}

const readKeys = new Set(['version', 'urls', 'digest'])

/**
 * Of each version only the lines that are read: what people write into a Chart.yaml is nine tenths of an index. Keys of a version stand
 * four columns in, what belongs to them further in or, of a list, behind a dash; what does not look so is kept.
 */
function withoutTheRest(lines: string): string {
  const kept: string[] = []
  let isRead = true
  for (const line of lines.split('\n')) {
    const begins = /^ {2}(- | {2})(?![\s#-])(?:(["']?)([\w.-]+)\2:(?=\s|$))?/.exec(line)
    if (begins) isRead = begins[3] === undefined || readKeys.has(begins[3])
    if (isRead) kept.push(line)
    else if (begins?.[1] === '- ') kept.push('  -')
  }
  return kept.join('\n')
}

import { createTextRedactor } from '../../engine/redact.ts'
import { parseYamlDocuments } from '../../repository/parse-yaml.ts'

/**
 * Parsers and tools quote the value that they stumbled over, which may be a Secret's: "cannot unmarshal !!str `hunter2`". What they
 * are known to quote goes by its place, and `values` (of what was to be rendered) wherever they stand.
 */
export function withoutValues(message: string, values: ReadonlySet<string> = new Set()): string {
  const unquoted = message
    .replace(/(!!\w+ )`[^`]*`/g, '$1`...`')
    .replace(/(invalid (?:map key|character)[^"'`]*)(["'`]).*?\2/g, '$1...')
    .replace(/((?:maximum|minimum|multipleOf): )got \S+, want/gi, '$1want')
    .replace(/(with config: )`[^]*`(?=: )/, '$1`...`')
    .replace(/(patch from )\[[^]*\]/, '$1[...]')
    .replace(/(literal sources? )\[[^]*\](: )/, '$1[...]$2')
    .replace(/(invalid literal source )[^]*?(, expected|$)/, '$1...$2')
    .replace(/(node contents: )[^]*/, '$1...')
    .replace(/(out of bounds for value )[^]*/, '$1...')
  return values.size === 0 ? unquoted : redacted(unquoted, [...values])
}

/** Places in templates and files, and what stands in the template there: no values. */
const places = /<[^<>\n]*>|[\w./-]+\.(?:ya?ml|tpl|txt|json)(?::\d+)*|at '\/[^']*'/g

function redacted(message: string, values: readonly string[]): string {
  const telling = new Set(values.filter(isTelling))
  const redact = createTextRedactor(telling)
  const words = values.filter(value => value.length >= shortest && !isTelling(value))
  const quotedWords = words.length > 0 ? new RegExp(`(["'\`])(?:${words.join('|')})\\1`, 'g') : null
  const clean = (text: string) => {
    const told = redact(text)
    return quotedWords ? told.replace(quotedWords, '$1(redacted)$1') : told
  }
  let at = 0
  let result = ''
  for (const place of message.matchAll(places)) {
    result += clean(message.slice(at, place.index)) + place[0]
    at = place.index + place[0].length
  }
  return result + clean(message.slice(at))
}

const shortest = 4

/** A short word of letters, such as "error" or "string" may be the tool's own: only between quotes it is taken for a value. */
function isTelling(value: string): boolean {
  return value.length >= 8 || (value.length >= shortest && /[^A-Za-z]/.test(value))
}

const mostTexts = 10_000

/** The texts and numbers inside of a value, those of `only` names of fields if given, into `found`. YAML inside of texts is read too. */
export function collectTexts(value: unknown, found: Set<string>, only: ReadonlySet<string> | null): void {
  if (found.size > mostTexts) return
  if (typeof value === 'string' || typeof value === 'number') {
    if (only === null) found.add(String(value).trim())
    else if (typeof value === 'string' && value.includes('\n')) {
      for (const { value: inner } of parseYamlDocuments(value, '').documents) {
        if (typeof inner === 'object') collectTexts(inner, found, only)
      }
    }
    return
  }
  if (typeof value !== 'object' || value === null) return
  for (const [name, inner] of Object.entries(value)) {
    const isWanted = only === null || only.has(name.toLowerCase())
    collectTexts(inner, found, isWanted ? null : only)
  }
}

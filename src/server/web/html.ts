import { visible } from '../report/escape.ts'

/** HTML that is safe to send: made by {@link html} or vouched for by {@link trusted}. */
export interface Html {
  readonly html: string
}

type Part = Html | string | number | null | false | readonly Part[]

/** Escapes whatever is put in, unless it is Html itself. Nothing is written for null and false. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return { html: strings.map((text, index) => text + write(parts[index] ?? null)).join('') }
}

/** For the output of a renderer that escapes by itself. */
export function trusted(text: string): Html {
  return { html: text }
}

function write(part: Part): string {
  if (part === null || part === false) return ''
  if (typeof part === 'string' || typeof part === 'number') return escape(String(part))
  return 'html' in part ? part.html : part.map(write).join('')
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** What reorders text on screen, or cannot be seen, is named: a name looks like what it is. */
function escape(text: string): string {
  return visible(text).replace(/[&<>"']/g, it => entities[it]!)
}

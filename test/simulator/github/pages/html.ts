/** Text that is HTML already. Made by {@link html}, which escapes whatever is not. */
export interface Html {
  readonly html: string
}

type Value = Html | readonly Html[] | string | number | false | null | undefined

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

export const escape = (text: string): string =>
  text.replaceAll(/[&<>"']/g, character => entities[character] ?? '')

/** Trusts `text` to be harmless HTML. */
export const trusted = (text: string): Html => ({ html: text })

export const html = (parts: TemplateStringsArray, ...values: readonly Value[]): Html =>
  trusted(parts.map((part, index) => part + render(values[index])).join(''))

function render(value: Value): string {
  if (value === false || value === null || value === undefined) return ''
  if (typeof value === 'string' || typeof value === 'number') return escape(String(value))
  return 'html' in value ? value.html : value.map(one => one.html).join('')
}

/**
 * Text from manifests, errors and events on its way into Markdown. Whatever it holds, it stays text: no markup, no HTML, no
 * link, and nobody is notified. GitHub looks for mentions and references in the rendered text, so a backslash does not stop
 * them; a zero width space does, and so does code.
 */

const zeroWidthSpace = '&#8203;'

/** Control characters, and those that reorder text on screen ("Trojan Source", CVE-2021-42574). */
const unprintable =
  // oxlint-disable-next-line no-control-regex -- they are what is looked for
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g

/** Names what cannot be seen: an escape character becomes the six characters `\u001b`. Keeps line feeds and tabs. */
export function visible(text: string): string {
  return text
    .replaceAll('\r\n', '\n')
    .replace(unprintable, it => `\\u${it.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .toWellFormed()
}

/** At most `limit` UTF-16 code units, the last of them an ellipsis when something is missing. */
export function shorten(text: string, limit: number): string {
  if (text.length <= limit) return text
  const cut = text.slice(0, Math.max(0, limit - 1))
  const last = cut.charCodeAt(cut.length - 1)
  const splitsPair = last >= 0xd800 && last <= 0xdbff
  return `${splitsPair ? cut.slice(0, -1) : cut}…`
}

function oneLine(text: string): string {
  return visible(text).replace(/\s+/g, ' ').trim()
}

function longestRunOfBackticks(text: string): number {
  return Math.max(0, ...(text.match(/`+/g) ?? []).map(run => run.length))
}

/** A code span. Safe in running text, link texts and headings; in a table through {@link cell}. */
export function code(text: string): string {
  const content = oneLine(text)
  if (content === '') return '`""`'
  const ticks = '`'.repeat(longestRunOfBackticks(content) + 1)
  const pad = content.startsWith('`') || content.endsWith('`') ? ' ' : ''
  return `${ticks}${pad}${content}${pad}${ticks}`
}

/** A sentence in running text. What it puts between backticks becomes code. */
export function sentence(text: string): string {
  const parts = oneLine(text).split('`')
  const pairs = parts.length % 2 === 1 ? parts.length : parts.length - 1
  const written = parts.map((part, index) => {
    if (index >= pairs) return `\\\`${escaped(part)}`
    return index % 2 === 1 ? code(part) : escaped(part)
  })
  return written
    .join('')
    .replace(/^(\d+)([.)])/, '$1\\$2')
    .replace(/^[-+=]/, '\\$&')
}

function escaped(text: string): string {
  return text
    .replace(/[\\*_[\]<>~&!$]/g, '\\$&')
    .replace(/[@#]/g, `$&${zeroWidthSpace}`)
    .replace(/(gh)-(?=\d)/gi, `$1${zeroWidthSpace}-`)
    .replace(/(www)\./gi, `$1${zeroWidthSpace}.`)
    .replace(/(https?|ftp|mailto|xmpp):/gi, `$1${zeroWidthSpace}:`)
}

/**
 * One cell of a table. A bar after a backslash cannot be written there (the backslashes pair up, and the bar ends the
 * cell, even in code), so that one is shown as a broken bar.
 */
export function cell(markdown: string): string {
  return markdown.replace(/(\\*)\|/g, (_, slashes: string) => (slashes ? `${slashes}¦` : '\\|'))
}

/** Names that no forge takes for a reference (`gh-12`), a commit (`beef123`), an address or markup. */
const plainName = /^(?!gh-\d)(?![0-9a-f]{7,}$)[a-z][a-z0-9]*(-[a-z0-9]+)*$/

/** The name of an application or cluster: bold when it is plain, code when a forge could read something into it. */
export function name(text: string): string {
  return isPlain(text) ? `**${text}**` : code(shorten(text, maxName))
}

/** The same, without the weight. */
export function lightName(text: string): string {
  return isPlain(text) ? text : code(shorten(text, maxName))
}

const maxName = 80

function isPlain(text: string): boolean {
  return text.length <= maxName && plainName.test(text)
}

/** The same where only HTML is read, as between summary tags. */
export function nameInHtml(text: string): string {
  return isPlain(text) ? `<b>${text}</b>` : `<code>${html(oneLine(shorten(text, maxName)))}</code>`
}

export function html(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;')
}

/** A fenced block, its fence longer than any run of backticks inside. */
export function fence(language: 'diff' | 'text', content: string): string {
  const text = visible(content).replace(/\n+$/, '')
  const ticks = '`'.repeat(Math.max(3, longestRunOfBackticks(text) + 1))
  return `${ticks}${language}\n${text}\n${ticks}`
}

/**
 * A link. `text` is Markdown already; the address is percent-encoded where it could end the link. Where brackets or backticks
 * in the text would test how exactly a forge follows the rules of Markdown, the text goes without.
 */
export function link(text: string, url: string): string {
  if (/[`\\[\]]/.test(text.replace(/^`|`$/g, ''))) return text
  const safe = url.replace(/[\s<>()[\]\\`"|*]/g, it => `%${it.charCodeAt(0).toString(16).padStart(2, '0')}`)
  return `[${text}](${safe})`
}

/** The path of a file as part of an address. */
export function urlPath(file: string): string {
  return file
    .toWellFormed()
    .split('/')
    .map(part => encodeURIComponent(part))
    .join('/')
}

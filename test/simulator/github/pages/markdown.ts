import { Marked, type Tokens } from 'marked'
import sanitize from 'sanitize-html'
import type { Repository } from '../state.ts'
import { fullName } from '../state.ts'
import { findUser, type World } from '../world.ts'
import { escape, type Html, trusted } from './html.ts'

/** Renders GitHub-flavoured Markdown as a comment shows it, with nothing in it that could act. */
export function markdown(world: World, repository: Repository, text: string): Html {
  const marked = new Marked({ gfm: true, breaks: true, async: false })
  marked.use({
    renderer: { blockquote: alertOrQuote, code: codeBlock },
    extensions: references(world, repository),
  })
  return trusted(sanitize(marked.parse(text) as string, allowed))
}

const alerts = { NOTE: 'Note', TIP: 'Tip', IMPORTANT: 'Important', WARNING: 'Warning', CAUTION: 'Caution' }

interface RendererThis {
  readonly parser: { readonly parse: (tokens: Tokens.Blockquote['tokens']) => string }
}

/** `> [!WARNING]` and its kin become boxes. */
function alertOrQuote(this: RendererThis, token: Tokens.Blockquote): string {
  const match = /^\[!(NOTE|TIP|IMPORTANT|WARNING|CAUTION)\][^\S\n]*(?:\n|$)/.exec(token.text)
  if (!match) return `<blockquote>\n${this.parser.parse(token.tokens)}</blockquote>\n`
  const kind = match[1] as keyof typeof alerts
  const body = new Marked({ gfm: true, breaks: true, async: false })
  body.use({ renderer: { code: codeBlock } })
  const content = body.parse(token.text.slice(match[0].length)) as string
  return `<div class="alert alert-${kind.toLowerCase()}"><p class="alert-title">${alerts[kind]}</p>${content}</div>\n`
}

function codeBlock({ text, lang }: Tokens.Code): string {
  const language = /^\w+/.exec(lang ?? '')?.[0] ?? ''
  if (language !== 'diff') return `<pre><code>${escape(text)}</code></pre>\n`
  const lines = text.split('\n').map(line => `<span class="${diffClass(line)}">${escape(line)}\n</span>`)
  return `<pre class="diff"><code>${lines.join('')}</code></pre>\n`
}

function diffClass(line: string): string {
  if (line.startsWith('@@')) return 'hunk'
  if (line.startsWith('+')) return 'add'
  return line.startsWith('-') ? 'del' : 'same'
}

/** `@somebody` and `#12` become links when there is such a person or number, as GitHub does. */
function references(world: World, repository: Repository) {
  const extension = (
    name: string,
    pattern: RegExp,
    sigil: string,
    link: (text: string) => string | undefined,
  ) => ({
    name,
    level: 'inline' as const,
    start: (source: string) => {
      const at = source.search(new RegExp(`(?<![\\w\`/&])${sigil}\\w`))
      return at < 0 ? undefined : at
    },
    tokenizer: (source: string) => {
      const match = pattern.exec(source)
      return match ? { type: name, raw: match[0], text: match[1] ?? '' } : undefined
    },
    renderer: (token: Tokens.Generic) => {
      const href = link(String(token['text']))
      return href ? `<a href="${escape(href)}">${escape(token.raw)}</a>` : escape(token.raw)
    },
  })
  return [
    extension('mention', /^@([a-z\d](?:[a-z\d-]{0,38}))(?!\w)/i, '@', login =>
      findUser(world, login) ? `/${login}` : undefined,
    ),
    extension('issue-number', /^#(\d+)(?!\w)/, '#', number => {
      const issue = repository.issues.get(Number(number))
      return issue && `/${fullName(repository)}/${issue.pull ? 'pull' : 'issues'}/${number}`
    }),
  ]
}

/** The tags and attributes that GitHub lets through, and the classes that the renderers above set. */
const allowed: sanitize.IOptions = {
  allowedTags: (
    'h1 h2 h3 h4 h5 h6 p br hr a img b i strong em tt code pre kbd samp var q s strike del ins sub sup blockquote ' +
    'div span ul ol li dl dt dd table thead tbody tfoot tr th td details summary picture source figure figcaption ' +
    'abbr input'
  ).split(' '),
  allowedAttributes: {
    a: ['href', 'title', 'rel'],
    img: ['src', 'alt', 'title', 'width', 'height', 'align'],
    input: [{ name: 'type', values: ['checkbox'] }, 'checked', 'disabled'],
    details: ['open'],
    ol: ['start'],
    '*': ['align', 'valign', 'colspan', 'rowspan'],
  },
  allowedClasses: {
    div: ['alert', 'alert-note', 'alert-tip', 'alert-important', 'alert-warning', 'alert-caution'],
    p: ['alert-title'],
    pre: ['diff'],
    span: ['add', 'del', 'hunk', 'same'],
  },
  allowedSchemes: ['http', 'https', 'mailto'],
  allowedSchemesByTag: { img: ['http', 'https'] },
  transformTags: {
    a: (tagName, attributes) => ({ tagName, attribs: { ...attributes, rel: 'nofollow noopener' } }),
    input: (tagName, attributes) => ({ tagName, attribs: { ...attributes, type: 'checkbox', disabled: '' } }),
  },
}

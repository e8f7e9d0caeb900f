/**
 * An issue's body belongs to people as much as to us: ours is what stands between two hidden markers, and only that is ever replaced.
 * The first of them also says under which key we find the issue again, and which title we gave it last.
 */

export interface OurPart {
  readonly key: string
  readonly title: string
  /** Markdown. */
  readonly text: string
}

/** What one issue looks like now. */
export interface KnownIssue {
  readonly title: string
  readonly body?: string | null | undefined
}

interface Found {
  readonly key: string
  /** As we gave it last; null in bodies from before titles were kept. */
  readonly title: string | null
  /** What people wrote around our part, as they wrote it. */
  readonly above: string
  readonly text: string
  readonly below: string
}

const begins = /^<!-- plumbline:(\S+)(?: ([^\n]*?))? -->[ \t]*\r?$/gm
const anyMarkerLine = /^<!-- \/?plumbline:\S+(?: [^\n]*?)? -->[ \t]*(\r?\n|$)/gm

/** Whether an issue of ours is the one of this key. A marker counts on a line of its own, wherever people moved it. */
export function isAbout(body: string | null | undefined, key: string): boolean {
  return [...(body ?? '').matchAll(begins)].some(it => it[1] === encodedKey(key))
}

/** The body of a new issue, nobody else's text in it. */
export function newBody({ key, title, text }: OurPart): string {
  return `${beginOf(key, title)}\n${harmless(text)}\n${endOf(key)}`
}

/** The body with our part replaced. Where its markers are gone it is added below once more, and whatever stood there stays. */
export function withOurPart(
  body: string | null | undefined,
  part: Omit<OurPart, 'key'>,
  key: string,
): string {
  const found = ourPartIn(body)
  if (found) return `${found.above}${newBody({ ...part, key: found.key })}${found.below}`
  const left = (body ?? '').replace(anyMarkerLine, '').trimEnd()
  return `${left}${left === '' ? '' : '\n\n'}${newBody({ ...part, key })}`
}

/** What of the body's length is taken by people's text and the markers, in UTF-16 code units. */
export function takenRoom(body: string | null | undefined, part: Omit<OurPart, 'text'>): number {
  return withOurPart(body, { title: part.title, text: '' }, part.key).length
}

/**
 * Our title, unless people gave the issue another one. What they put before or behind ours stays; where nothing of ours is left of it,
 * or nobody knows any more which one was ours, theirs stays.
 */
export function titleFor({ title: now, body }: KnownIssue, ours: string): string {
  const found = ourPartIn(body)
  if (!found) return now
  if (found.title === null || now === found.title) return ours
  return now.includes(found.title) ? now.replace(found.title, () => ours) : now
}

/** The body as people read it. */
export function withoutMarkers(body: string | null | undefined): string {
  const found = ourPartIn(body)
  return found ? `${found.above}${found.text}${found.below}` : (body ?? '')
}

function ourPartIn(body: string | null | undefined): Found | null {
  const whole = body ?? ''
  for (const begin of whole.matchAll(begins)) {
    const [line, key = '', title] = begin
    const above = whole.slice(0, begin.index)
    const rest = whole.slice(begin.index + line.length).replace(/^\r?\n/, '')
    // As it was written before there was an end: all of it is ours.
    if (title === undefined) return { key: decoded(key), title: null, above, text: rest, below: '' }
    const end = `<!-- /plumbline:${key} -->`
    const at = rest.startsWith(end) ? 0 : rest.indexOf(`\n${end}`) + 1
    if (at === 0 && !rest.startsWith(end)) continue
    return {
      key: decoded(key),
      title: decoded(title),
      above,
      text: rest.slice(0, at).replace(/\r?\n$/, ''),
      below: rest.slice(at + end.length),
    }
  }
  return null
}

function beginOf(key: string, title: string): string {
  // Only what could end the comment, or the line.
  const encoded = title.replace(/[%<>\-\s]/g, it => (it === ' ' ? it : encodedCharacter(it)))
  return `<!-- plumbline:${encodedKey(key)} ${encoded} -->`
}

function endOf(key: string): string {
  return `<!-- /plumbline:${encodedKey(key)} -->`
}

function encodedKey(key: string): string {
  return encodeURIComponent(key).replaceAll('--', '-%2D')
}

/** People may have edited it. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch (cause) {
    if (cause instanceof URIError) return text
    throw cause
  }
}

function encodedCharacter(it: string): string {
  return it === '-' ? '%2D' : encodeURIComponent(it)
}

/** A marker in a manifest or a log that we quote is nobody's marker. */
function harmless(text: string): string {
  return text.replace(/<!--(?=\s*\/?plumbline:)/gi, '<! --')
}

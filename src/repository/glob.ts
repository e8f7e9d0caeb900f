/**
 * Globs come from pull requests, of forks too, and are compared with every path of a repository. Libraries turn them into regular
 * expressions, which a dozen stars keep busy for minutes, and expand `{a,b}{a,b}...` until memory is gone. Here the time is bounded
 * by the lengths of the two, whatever they hold.
 */
export type Glob = (path: string) => boolean

const longestGlob = 1_000
/** Patterns that one glob may stand for by its braces. */
const mostAlternatives = 1_000

/**
 * A test of paths (relative, with slashes): `*` and `?` stay inside of a name, `**` spans folders, `[a-z]` and `[!a-z]` are one
 * character, `{a,b}` is either. Names that begin with a dot have to be written so. A leading `/` or `./` is dropped. Null when the
 * glob is too long or stands for too many patterns.
 */
export function compileGlob(glob: string): Glob | null {
  const pattern = glob.replace(/^\.?\//, '')
  const alternatives = pattern.length > longestGlob ? null : expandBraces(pattern)
  if (alternatives === null) return null
  // Most paths of a large repository are told apart by the fixed beginning, which is cheap to compare.
  const fixed = pattern.slice(0, pattern.search(/[*?[{\\]|\/\/|$/))
  const tests = alternatives.map(it => it.split(/\/+/).map(compileName))
  return path => {
    if (path === pattern) return true
    if (!path.startsWith(fixed)) return false
    const names = path.split('/')
    return tests.some(parts => matchesParts(names, parts))
  }
}

/** One part between slashes; `**` when it spans folders. */
type Part = '**' | readonly Token[]
type Token = '*' | ((character: string) => boolean)

function matchesParts(names: readonly string[], parts: readonly Part[]): boolean {
  // How many names the parts so far can have taken.
  let taken = new Set([0])
  for (const [index, part] of parts.entries()) {
    const next = new Set<number>()
    for (const at of taken) {
      if (part !== '**') {
        if (at < names.length && matchesName(names[at]!, part)) next.add(at + 1)
        continue
      }
      // At the end it stands for what is inside of a folder, not for the folder.
      if (index < parts.length - 1) next.add(at)
      for (let to = at; to < names.length && !names[to]!.startsWith('.') && !next.has(to + 1); to++)
        next.add(to + 1)
    }
    taken = next
  }
  return taken.has(names.length)
}

/** Where a star took too little, it takes one more: only the last one ever has to. */
function matchesName(name: string, tokens: readonly Token[]): boolean {
  const characters = Array.from(name)
  const [first] = tokens
  if (name.startsWith('.') && !(typeof first === 'function' && first('.') && !first('x'))) return false
  let at = 0
  let token = 0
  let star: { readonly token: number; at: number } | null = null
  while (at < characters.length) {
    const wanted = tokens[token]
    if (wanted === '*') star = { token: token++, at }
    else if (wanted?.(characters[at]!)) {
      at++
      token++
    } else if (star) {
      token = star.token + 1
      at = ++star.at
    } else return false
  }
  return tokens.slice(token).every(it => it === '*')
}

function compileName(text: string): Part {
  if (text === '**') return '**'
  const tokens: Token[] = []
  for (let at = 0; at < text.length; ) {
    const set = text[at] === '[' ? /^\[([!^]?)(\]?[^\]]*)\]/.exec(text.slice(at)) : null
    const character = String.fromCodePoint(text.codePointAt(at)!)
    if (set && set[2] !== '') {
      tokens.push(compileSet(set[2]!, set[1] !== ''))
      at += set[0].length
      continue
    }
    at += character.length
    if (character === '*') {
      if (tokens.at(-1) !== '*') tokens.push('*')
    } else if (character === '?') tokens.push(() => true)
    else {
      const literal =
        character === '\\' && at < text.length ? String.fromCodePoint(text.codePointAt(at)!) : character
      if (literal !== character) at += literal.length
      tokens.push(it => it === literal)
    }
  }
  return tokens
}

function compileSet(text: string, negated: boolean): (character: string) => boolean {
  const ranges: (readonly [string, string])[] = []
  const characters = Array.from(text)
  for (let at = 0; at < characters.length; at++) {
    const isRange = characters[at + 1] === '-' && at + 2 < characters.length
    ranges.push([characters[at]!, characters[isRange ? at + 2 : at]!])
    if (isRange) at += 2
  }
  return it => ranges.some(([from, to]) => from <= it && it <= to) !== negated
}

/** `a{b,c{d,e}}` is `ab`, `acd` and `ace`. Braces without a comma are written as they are. Null when there are too many. */
function expandBraces(text: string): readonly string[] | null {
  const braces = firstBraces(text)
  if (!braces) return [text]
  const rest = expandBraces(text.slice(braces.end))
  const inner = braces.choices.map(expandBraces)
  const choices = inner.every(it => it !== null) ? inner.flat() : null
  if (!rest || !choices || choices.length * rest.length > mostAlternatives) return null
  const before = text.slice(0, braces.start)
  return choices.flatMap(choice => rest.map(after => `${before}${choice}${after}`))
}

function firstBraces(text: string): { start: number; end: number; choices: readonly string[] } | null {
  for (let start = text.indexOf('{'); start >= 0; start = text.indexOf('{', start + 1)) {
    const cuts = [start]
    let depth = 0
    for (let at = start; at < text.length; at++) {
      if (text[at] === '{') depth++
      else if (text[at] === ',' && depth === 1) cuts.push(at)
      else if (text[at] === '}' && --depth === 0) {
        if (cuts.length === 1) break
        const choices = cuts.map((cut, index) => text.slice(cut + 1, cuts[index + 1] ?? at))
        return { start, end: at + 1, choices }
      }
    }
  }
  return null
}

/** What is said of a glob that {@link compileGlob} refuses. */
export const tooManyPatterns = 'is too long or stands for too many patterns'

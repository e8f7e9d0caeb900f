import { compare, parse, rcompare, satisfies, type SemVer, validRange } from 'semver'

const longestRange = 512
const mostGroups = 32

/** Whether a text names one version, so that it need not be looked for in a list. */
export function isExactVersion(text: string): boolean {
  return /^v?\d+\.\d+\.\d+/.test(text) && loose(text) !== null
}

/**
 * Which of `versions` helm would take for `wanted`: the one that is written so, else the highest in its range. Null when there is
 * none; `wanted` that is no range is one too that nothing is in.
 *
 * The ranges are those of Masterminds/semver, which helm reads: a comma is a blank, `!=` is known, `1.2` means `~1.2`, and versions
 * before a release count in those parts of a range, between `||`, that name one themselves.
 */
export function pickVersion(versions: readonly string[], wanted: string): string | null {
  if (wanted !== '' && versions.includes(wanted)) return wanted
  const groups = parseRange(wanted === '' ? '*' : wanted)
  if (groups === null) return null
  const sorted = versions
    .flatMap(text => {
      const version = loose(text)
      return version === null ? [] : [{ text, version }]
    })
    .sort((a, b) => rcompare(a.version, b.version))
  return sorted.find(({ version }) => groups.some(group => isIn(version, group)))?.text ?? null
}

interface Group {
  readonly range: string
  readonly except: readonly string[]
  readonly includePrerelease: boolean
}

/** Null when `text` is no range. */
function parseRange(text: string): readonly Group[] | null {
  const parts = text.split('||')
  if (text.length > longestRange || parts.length > mostGroups) return null
  const groups = parts.map(parseGroup)
  return groups.every(it => it !== null) ? groups : null
}

function parseGroup(text: string): Group | null {
  // A comma stands between two terms.
  if (/^\s*,|,\s*(,|$)/.test(text)) return null
  const terms = text
    .replaceAll(',', ' ')
    .replaceAll('=>', '>=')
    .replaceAll('=<', '<=')
    .replace(/(^|[\s<>=~^!])v(?=\d)/g, '$1')
    .replace(/(!=|[<>]=?|~>?|\^|=)\s+/g, '$1')
    .trim()
    .split(/\s+(?!-\s)(?<!\s-\s+)/)
  const except = terms.filter(it => it.startsWith('!=')).map(it => it.slice(2))
  const range = terms
    .filter(it => !it.startsWith('!='))
    // A bare `1.2` is a range already; `=1.2` means the same there.
    .map(it => it.replace(/^=/, ''))
    .join(' ')
  if (validRange(range) === null || except.some(it => validRange(it) === null)) return null
  const includePrerelease = /\d-[0-9A-Za-z]/.test(terms.join(' '))
  return { range, except, includePrerelease }
}

function isIn(version: SemVer, { range, except, includePrerelease }: Group): boolean {
  if (version.prerelease.length > 0 && !includePrerelease) return false
  return (
    satisfies(version, range, { includePrerelease }) &&
    !except.some(it => satisfies(version, it, { includePrerelease: true }))
  )
}

/** As helm reads versions: `v1.2` is 1.2.0. */
function loose(text: string): SemVer | null {
  const [, core, rest] = /^v?(\d+(?:\.\d+){0,2})((?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?)$/.exec(text) ?? []
  if (core === undefined) return null
  const missing = 3 - core.split('.').length
  return parse(`${core}${'.0'.repeat(missing)}${rest}`)
}

/** The highest few, for messages. */
export function newestVersions(versions: readonly string[], count: number): readonly string[] {
  return versions
    .filter(it => loose(it) !== null)
    .toSorted((a, b) => compare(loose(b)!, loose(a)!))
    .slice(0, count)
}

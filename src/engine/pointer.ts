import { isJsonObject, withProperty } from './json.ts'

/** The tokens of a JSON pointer (RFC 6901). Throws RangeError when it is none. */
export function parsePointer(pointer: string): readonly string[] {
  if (pointer === '') return []
  if (!pointer.startsWith('/'))
    throw new RangeError(`"${pointer}" is not a JSON pointer: it must begin with /`)
  return pointer
    .slice(1)
    .split('/')
    .map(token => token.replaceAll('~1', '/').replaceAll('~0', '~'))
}

export function formatPointer(tokens: readonly (string | number)[]): string {
  return tokens.map(token => `/${escapeToken(String(token))}`).join('')
}

function escapeToken(token: string): string {
  return token.replaceAll('~', '~0').replaceAll('/', '~1')
}

/** The value at a pointer's tokens; undefined when there is none. */
export function valueAt(value: unknown, tokens: readonly string[]): unknown {
  let current = value
  for (const token of tokens) {
    if (Array.isArray(current)) current = current[Number(token)]
    else if (isJsonObject(current) && Object.hasOwn(current, token)) current = current[token]
    else return undefined
  }
  return current
}

/** A copy with the value at `tokens` removed. The same value when there is nothing there. */
export function withoutAt(value: unknown, tokens: readonly string[]): unknown {
  const [token, ...rest] = tokens
  if (token === undefined) return undefined
  if (Array.isArray(value)) {
    const index = Number(token)
    if (!(index in value)) return value
    if (rest.length === 0) return value.filter((_, at) => at !== index)
    return value.map((item, at) => (at === index ? withoutAt(item, rest) : item))
  }
  if (!isJsonObject(value) || !Object.hasOwn(value, token)) return value
  return withProperty(value, token, rest.length === 0 ? undefined : withoutAt(value[token], rest))
}

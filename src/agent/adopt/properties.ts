/**
 * Lines of `key=value` as kustomize reads them from files of variables. Changes the one line of a key, or takes it out; null when there is
 * no such key, or no line could hold the value.
 */
export function editProperties(
  text: string,
  key: string,
  value: string | null,
): { readonly text: string; readonly line: number } | null {
  const lines = text.split(/(?<=\n)/)
  const at = lines.findLastIndex(line => keyOf(line) === key)
  const line = lines[at]
  if (line === undefined) return null
  if (value === null) return { text: lines.toSpliced(at, 1).join(''), line: at + 1 }
  if (/[\r\n]/.test(value)) return null
  const [, begin = ''] = /^([^=]*=)/.exec(line) ?? []
  const [end = ''] = /\r?\n?$/.exec(line) ?? []
  return { text: lines.with(at, `${begin}${value}${end}`).join(''), line: at + 1 }
}

function keyOf(line: string): string | null {
  const start = line.trimStart()
  const equals = start.indexOf('=')
  return start.startsWith('#') || equals < 0 ? null : start.slice(0, equals)
}

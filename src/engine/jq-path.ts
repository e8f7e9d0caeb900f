import { isJsonObject, sameJson } from './json.ts'

/** One step of the subset of jq paths that is understood. */
type JqStep =
  | { readonly kind: 'field'; readonly name: string }
  | { readonly kind: 'index'; readonly index: number }
  | { readonly kind: 'each' }
  | { readonly kind: 'select'; readonly path: readonly string[]; readonly equals: unknown }

export interface JqPath {
  /** Tokens (as of a JSON pointer) of every place in the value that the path names. */
  find(value: unknown): readonly (readonly string[])[]
}

const field = String.raw`\.([A-Za-z_][A-Za-z0-9_]*)`
const quoted = String.raw`"((?:[^"\\]|\\.)*)"`
const lexemes: readonly [RegExp, (match: RegExpExecArray) => JqStep | 'pipe' | null][] = [
  [/^\s*\|\s*/, () => 'pipe'],
  [
    new RegExp(
      String.raw`^select\(\s*((?:${field}|\.${quoted})+)\s*==\s*(${quoted}|-?\d+(?:\.\d+)?|true|false|null)\s*\)`,
    ),
    match => ({ kind: 'select', path: fieldNames(match[1] ?? ''), equals: JSON.parse(match[4] ?? 'null') }),
  ],
  [new RegExp(`^${field}`), match => ({ kind: 'field', name: match[1] ?? '' })],
  [new RegExp(String.raw`^\.?\[\s*${quoted}\s*\]`), match => quotedField(match[1] ?? '')],
  [new RegExp(String.raw`^\.${quoted}`), match => quotedField(match[1] ?? '')],
  [/^\.?\[\s*(\d+)\s*\]/, match => ({ kind: 'index', index: Number(match[1]) })],
  [/^\.?\[\s*\]/, () => ({ kind: 'each' })],
  [/^\?/, () => null],
  [/^\.(?=\s|$|\|)/, () => null],
]

/**
 * Reads `.spec.template.spec.containers[] | select(.name == "app") | .image` and the like: fields, quoted fields, positions,
 * `[]` and select by equality. Null when the expression uses more of jq than that.
 */
export function parseJqPath(expression: string): JqPath | null {
  const steps: JqStep[] = []
  let rest = expression.trim()
  if (rest === '' || rest === '.') return null
  while (rest !== '') {
    const found = lexemes
      .map(([pattern, read]) => ({ match: pattern.exec(rest), read }))
      .find(({ match }) => match !== null)
    if (!found?.match) return null
    const step = found.read(found.match)
    if (step !== null && step !== 'pipe') steps.push(step)
    rest = rest.slice(found.match[0].length)
  }
  return { find: value => follow(value, steps, []) }
}

function quotedField(text: string): JqStep {
  return { kind: 'field', name: JSON.parse(`"${text}"`) as string }
}

function fieldNames(path: string): readonly string[] {
  const parts = path.matchAll(new RegExp(`${field}|\\.${quoted}`, 'g'))
  return [...parts].map(([, plain, text]) => plain ?? (JSON.parse(`"${text}"`) as string))
}

function follow(
  value: unknown,
  steps: readonly JqStep[],
  tokens: readonly string[],
): readonly (readonly string[])[] {
  const [step, ...rest] = steps
  if (!step) return [tokens]
  switch (step.kind) {
    case 'field':
      if (!isJsonObject(value) || !Object.hasOwn(value, step.name)) return []
      return follow(value[step.name], rest, [...tokens, step.name])
    case 'index':
      if (!Array.isArray(value) || step.index >= value.length) return []
      return follow(value[step.index], rest, [...tokens, String(step.index)])
    case 'each':
      if (!Array.isArray(value) && !isJsonObject(value)) return []
      return Object.entries(value).flatMap(([name, item]) => follow(item, rest, [...tokens, name]))
    case 'select': {
      const found = step.path.reduce<unknown>(
        (at, name) => (isJsonObject(at) && Object.hasOwn(at, name) ? at[name] : null),
        value,
      )
      return sameJson(found, step.equals) ? follow(value, rest, tokens) : []
    }
  }
}

import { diffArrays } from 'diff'
import { dump } from 'js-yaml'
import type { KubernetesObject } from '../model/object.ts'
import { isJsonObject } from './json.ts'
import { compareTexts } from './order.ts'

const context = 3
/** Beyond this many changed lines the two texts are shown one after the other: finding the shortest diff would take too long. */
const longestEdit = 1000

/**
 * A diff of two objects as YAML with keys in the order people write them. Lines begin with space, `+` or `-`; runs that are left
 * out read `@@ 15 unchanged lines @@`. Empty when there is no difference. Null stands for an object that does not exist.
 */
export function unifiedDiff(before: KubernetesObject | null, after: KubernetesObject | null): string {
  const lines = markedLines(yamlLines(before), yamlLines(after))
  return lines.some(line => line[0] !== ' ') ? withRunsNamed(lines).join('\n') : ''
}

function markedLines(before: readonly string[], after: readonly string[]): readonly string[] {
  const mark = (lines: readonly string[], sign: string): string[] => lines.map(line => sign + line)
  if (before.length === 0 || after.length === 0) return [...mark(before, '-'), ...mark(after, '+')]
  const parts = diffArrays([...before], [...after], { maxEditLength: longestEdit })
  if (!parts) return [...mark(before, '-'), ...mark(after, '+')]
  return parts.flatMap(part => mark(part.value, part.added ? '+' : part.removed ? '-' : ' '))
}

function withRunsNamed(lines: readonly string[]): readonly string[] {
  const shown: string[] = []
  let at = 0
  while (at < lines.length) {
    let end = at
    while (end < lines.length && lines[end]?.[0] === ' ') end++
    const head = at === 0 ? 0 : context
    const tail = end === lines.length ? 0 : context
    const skipped = end - at - head - tail
    // Naming a run takes a line itself.
    if (skipped > 1) {
      shown.push(
        ...lines.slice(at, at + head),
        `@@ ${skipped} unchanged lines @@`,
        ...lines.slice(end - tail, end),
      )
    } else shown.push(...lines.slice(at, end))
    at = end
    while (at < lines.length && lines[at]?.[0] !== ' ') shown.push(lines[at++] ?? '')
  }
  return shown
}

function yamlLines(object: KubernetesObject | null): readonly string[] {
  return object ? toYaml(object).trimEnd().split('\n') : []
}

/** YAML as people write it: `apiVersion`, `kind`, `metadata`, then the rest; names first in every object. */
export function toYaml(object: KubernetesObject): string {
  // Quotes what YAML 1.1 or 1.2 would not take for text: foreign readers still read `yes` and `0755` in the old way.
  return dump(ordered(object, []), { lineWidth: -1, seqNoIndent: true, noRefs: true, quoteStyle: 'double' })
}

const topOrder = ['apiVersion', 'kind', 'metadata', 'type', 'immutable', 'spec', 'data', 'stringData']
const metadataOrder = ['name', 'generateName', 'namespace', 'labels', 'annotations']
const anyOrder = ['name', 'image', 'command', 'args']

function ordered(value: unknown, path: readonly string[]): unknown {
  if (Array.isArray(value)) return value.map(item => ordered(item, [...path, '']))
  if (!isJsonObject(value)) return value
  const first = path.length === 0 ? topOrder : path.at(-1) === 'metadata' ? metadataOrder : anyOrder
  const isTexts = ['labels', 'annotations', 'data', 'matchLabels'].includes(path.at(-1) ?? '')
  const rank = (name: string): number => {
    const at = isTexts ? -1 : first.indexOf(name)
    return at < 0 ? first.length : at
  }
  const names = Object.keys(value).sort((a, b) => rank(a) - rank(b) || compareTexts(a, b))
  return Object.fromEntries(names.map(name => [name, ordered(value[name], [...path, name])]))
}

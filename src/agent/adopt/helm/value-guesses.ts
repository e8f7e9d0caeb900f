import { parseImageName } from '../image-name.ts'
import { looksLike, textOf, type ValueNode } from './value-tree.ts'

/** Whether a rendered value may have been made of this one. */
export function isPart(value: unknown, rendered: unknown): boolean {
  if (looksLike(value, rendered)) return true
  const text = typeof value === 'boolean' ? null : textOf(value)
  return typeof rendered === 'string' && text !== null && text !== '' && rendered.includes(text)
}

/** What a value has to be for the rendered one to become what is wanted; several when it stands in it several times. */
export function changed(value: unknown, before: unknown, wanted: unknown): readonly unknown[] {
  if (looksLike(value, before)) return wanted === undefined ? [undefined, ''] : [like(value, wanted)]
  if (typeof before !== 'string' || typeof wanted !== 'string') return []
  const part = textOf(value) ?? ''
  if (part === '') return []
  const found: unknown[] = []
  for (let at = before.indexOf(part); at >= 0; at = before.indexOf(part, at + 1)) {
    const [start, end] = [before.slice(0, at), before.slice(at + part.length)]
    if (wanted.length < start.length + end.length || !wanted.startsWith(start) || !wanted.endsWith(end))
      continue
    found.push(like(value, wanted.slice(start.length, wanted.length - end.length)))
  }
  return found
}

/** In the form in which the values say it: a text in a label may be a number there. */
export function like(value: unknown, wanted: unknown): unknown {
  if (typeof value === 'number' && typeof wanted === 'string' && /^-?\d+(\.\d+)?$/.test(wanted)) {
    return String(Number(wanted)) === wanted ? Number(wanted) : wanted
  }
  if (typeof value === 'boolean' && (wanted === 'true' || wanted === 'false')) return wanted === 'true'
  if (typeof value === 'string' && (typeof wanted === 'number' || typeof wanted === 'boolean'))
    return String(wanted)
  return wanted
}

/** A number that follows the value in a straight line, as twice the value does. */
export function inProportion(
  { from, to }: { readonly from: unknown; readonly to: unknown },
  field: { readonly before: unknown; readonly moved: unknown; readonly wanted: unknown },
): readonly number[] {
  const numbers = [from, to, field.before, field.moved, field.wanted]
  if (!numbers.every(it => typeof it === 'number')) return []
  const [a = 0, b = 0, before = 0, moved = 0, wanted = 0] = numbers as readonly number[]
  const value = a + ((wanted - before) * (b - a)) / (moved - before)
  return Number.isInteger(value) ? [value] : []
}

export function guessFor({ value, path }: ValueNode, wanted: unknown): unknown {
  if (typeof value === 'boolean') return !value
  const image = parseImageName(wanted)
  if (image?.tag != null && path.at(-1) === 'tag') return image.tag
  if (typeof value === 'number') return Number.isFinite(Number(wanted)) ? Number(wanted) : value + 1
  return wanted === undefined ? '' : (textOf(wanted) ?? undefined)
}

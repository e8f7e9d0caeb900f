import { isCollection, isMap, isSeq } from 'yaml'
import { addItem, addPair } from './add.ts'
import { editedValue, place, Refusal, type ValueEdit, valueAt, type YamlPath } from './edit-value.ts'
import { isSameValue, isSayable, type Json } from './json.ts'
import { type Layout, layoutOf } from './layout.ts'
import { type ParsedText, parseText } from './parsed-text.ts'
import { removeItem } from './remove.ts'
import { replaceValue } from './replace.ts'
import { repeatedAnchor } from './repeated-anchor.ts'
import { findSlot } from './slot.ts'
import { smallerEdits } from './smaller-edits.ts'
import { type Splice, spliced } from './splice.ts'

export type { YamlPath } from './edit-value.ts'
export type { Json } from './json.ts'

/** `document` counts all that the file holds, from 0, the empty ones too. */
export type YamlEdit =
  /** Replaces a value, or adds what is missing on the way (maps); a position equal to a list's length appends. */
  | { readonly kind: 'set'; readonly document: number; readonly path: YamlPath; readonly value: Json }
  /** Into a list, before that position. */
  | { readonly kind: 'insert'; readonly document: number; readonly path: YamlPath; readonly value: Json }
  | { readonly kind: 'remove'; readonly document: number; readonly path: YamlPath }

/** `refused` is the end of a sentence, for people. */
export type Edited = { readonly text: string } | { readonly refused: string }

/**
 * Changes values in the text of a YAML or JSON file, one edit after the other: each path is that of the text as the ones before left
 * it. Every byte of other lines stays: comments, order, quotes, anchors, indentation, line ends. Nothing else that the file says
 * changes, which is proved by reading the new text as the rest of the product does; where that cannot be had, the edit is refused.
 */
export function editYaml(text: string, edits: readonly YamlEdit[]): Edited {
  const mark = text.startsWith('\uFEFF') ? '\uFEFF' : ''
  try {
    let parsed = parseText(text.slice(mark.length))
    for (const edit of edits) parsed = edited(parsed, edit)
    return { text: mark + parsed.text }
  } catch (error) {
    if (error instanceof Refusal) return { refused: error.message }
    throw error
  }
}

/** Field by field first; as a whole where that cannot be had. */
function edited(parsed: ParsedText, { document, ...edit }: YamlEdit): ParsedText {
  if ('value' in edit && !isSayable(edit.value)) throw new Refusal('the value cannot be written as YAML')
  const value = parsed.values[document]
  if (value === undefined) throw new Refusal(`it has no document ${document + 1}`)
  const wanted = editedValue(value, edit)
  if (isSameValue(wanted, value)) return parsed
  const smaller = smallerEdits(value, edit)
  try {
    return smaller.reduce((it, small) => editOnce(it, document, small), parsed)
  } catch (error) {
    const [first] = smaller
    if (
      !(error instanceof Refusal) ||
      edit.kind !== 'set' ||
      (smaller.length === 1 && first?.path === edit.path)
    )
      throw error
    return editOnce(parsed, document, edit)
  }
}

function editOnce(parsed: ParsedText, document: number, edit: ValueEdit): ParsedText {
  const value = parsed.values[document] ?? null
  const wanted = parsed.values.with(document, editedValue(value, edit))
  const layout = layoutOf(parsed.documents, parsed.text)
  // Blank lines below would become part of a text that ends with some: then it is quoted.
  for (const it of [layout, { ...layout, literals: false }]) {
    const next = readBack(spliced(parsed.text, splicesFor(parsed, document, edit, it)))
    if (next && isSameValue(next.values, wanted)) return next
  }
  const anchor = repeatedAnchor(parsed, document, edit.path)
  const at = place(edit.path)
  throw new Refusal(
    anchor === null
      ? `the file is written in a way at ${at} that cannot be edited without touching more`
      : `what is at ${at} is repeated elsewhere in the file by the anchor &${anchor}`,
  )
}
/** Null when it does not parse any more. */
function readBack(text: string): ParsedText | null {
  try {
    return parseText(text)
  } catch (error) {
    if (error instanceof Refusal) return null
    throw error
  }
}

function splicesFor(
  parsed: ParsedText,
  document: number,
  edit: ValueEdit,
  layout: Layout,
): readonly Splice[] {
  const { path } = edit
  const value = parsed.values[document] ?? null
  if (edit.kind === 'set') return set(parsed, { document, path, value: edit.value, layout })
  const parent = path.slice(0, -1)
  const index = path.at(-1)
  const found = findSlot(parsed, document, parent)
  const node = found.kind === 'slot' ? found.slot.node : null
  // What is not written out here is written out now, as it is to be.
  const whole = (): readonly Splice[] =>
    set(parsed, { document, path: parent, value: valueAt(editedValue(value, edit), parent) ?? null, layout })
  if (edit.kind === 'insert') {
    if (!isSeq(node) || node.items.length === 0) return whole()
    return addItem(parsed, { list: node, index: Number(index) }, edit.value, layout)
  }
  if (!isCollection(node)) return whole()
  const target = findSlot(parsed, document, path)
  if (target.kind !== 'slot')
    throw new Refusal(
      `what is at ${place(path)} comes from a merge key (<<), which knows no way to leave a field out`,
    )
  if (node.items.length === 1) return whole()
  if (!isMap(node) && !isSeq(node)) return whole()
  return removeItem(parsed, node, target.slot.index)
}

interface Setting {
  readonly document: number
  readonly path: YamlPath
  readonly value: Json
  readonly layout: Layout
}

function set(parsed: ParsedText, { document, path, value, layout }: Setting): readonly Splice[] {
  const found = findSlot(parsed, document, path)
  if (found.kind === 'slot') return replaceValue(parsed, found.slot, value, layout)
  const { depth, slot } = found
  const { node } = slot
  const there = path.slice(0, depth)
  const within = (length: number): Json => {
    const whole = editedValue(parsed.values[document], { kind: 'set', path, value })
    return valueAt(whole, path.slice(0, length)) ?? null
  }
  const isAdded = found.kind === 'missing' && isCollection(node) && node.items.length > 0
  // An alias is written out, and what is empty is written anew.
  if (!isAdded) return replaceValue(parsed, slot, within(there.length), layout)
  if (isMap(node))
    return addPair(parsed, node, { name: String(path[depth]), value: within(depth + 1) }, layout)
  if (isSeq(node))
    return addItem(parsed, { list: node, index: Number(path[depth]) }, within(depth + 1), layout)
  throw new Refusal(`there is nothing at ${place(path, depth + 1)}`)
}

import { isMap, type Node, type YAMLMap, type YAMLSeq } from 'yaml'
import { flowItemEnd, flowItemStart } from './add.ts'
import { Refusal } from './edit-value.ts'
import { contentEnd, type ParsedText } from './parsed-text.ts'
import { type ItemToken, itemTokens, startOf, tokenOf } from './slot.ts'
import { isFirstOnLine, lineStart, nextLine, type Splice } from './splice.ts'

/** Takes out one field or item of several. */
export function removeItem({ text }: ParsedText, owner: YAMLMap | YAMLSeq, index: number): readonly Splice[] {
  if (owner.flow) return [removeFromFlow(text, owner, index)]
  const start = beginning(owner, index)
  const end = ending(text, owner, index)
  if (isFirstOnLine(text, start)) return [{ from: lineStart(text, start), to: nextLine(text, end), text: '' }]
  // The first of its list or map, beside the dash of another: the second takes its place, if nothing is told between them.
  const next = beginning(owner, index + 1)
  const isTold = text.slice(end, next).trim() !== ''
  const spaces = /^[ \t]*/.exec(text.slice(end))?.[0].length ?? 0
  return [{ from: start, to: isTold ? end + spaces : next, text: '' }]
}

function beginning(owner: YAMLMap | YAMLSeq, index: number): number {
  const token = isMap(owner) ? tokenOf(owner.items[index]) : itemTokens(owner)[index]
  if (!token) throw new Refusal('a value is written in a way that cannot be edited')
  return startOf(token, isMap(owner) ? null : 'seq-item-ind')
}

function ending(text: string, owner: YAMLMap | YAMLSeq, index: number): number {
  const token: ItemToken | undefined = isMap(owner) ? tokenOf(owner.items[index]) : itemTokens(owner)[index]
  const value = isMap(owner) ? owner.items[index]?.value : owner.items[index]
  if (token?.value && value) return contentEnd(text, value as Node)
  const tokens = [...(token?.start ?? []), ...(token?.sep ?? [])]
  const last = tokens.findLast(it => !['space', 'newline', 'comment'].includes(it.type))
  if (!last) throw new Refusal('a value is written in a way that cannot be edited')
  return last.offset + last.source.length
}

function removeFromFlow(text: string, owner: YAMLMap | YAMLSeq, index: number): Splice {
  const start = flowItemStart(owner, index)
  const end = flowItemEnd(text, owner, index)
  if (index === owner.items.length - 1) {
    return { from: flowItemEnd(text, owner, index - 1), to: end, text: '' }
  }
  const next = flowItemStart(owner, index + 1)
  const isTold = text.slice(end, next).includes('#')
  const comma = /^\s*,/.exec(text.slice(end))?.[0].length ?? 0
  return { from: start, to: isTold ? end + comma : next, text: '' }
}

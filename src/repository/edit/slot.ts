import {
  type CST,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  type ParsedNode,
  type YAMLMap,
} from 'yaml'
import type { YAMLSeq } from 'yaml'
import { Refusal, type YamlPath } from './edit-value.ts'
import type { ParsedText } from './parsed-text.ts'

/** Where a document holds a value. */
export interface Slot {
  readonly kind: 'pair' | 'item' | 'root'
  /** Null when nothing is written there, which reads as null. */
  readonly node: ParsedNode | null
  /** What stands before the value and belongs to it: `:` or `-`, spaces, comments, an anchor, a tag. */
  readonly lead: readonly CST.SourceToken[]
  readonly owner: YAMLMap | YAMLSeq | null
  /** Among the owner's items. */
  readonly index: number
  /** In brackets. */
  readonly flow: boolean
}

export type Found =
  | { readonly kind: 'slot'; readonly slot: Slot }
  /** `depth` parts of the path lead to an alias, or to a map that has the next one by a merge key or not at all. */
  | { readonly kind: 'alias' | 'missing'; readonly depth: number; readonly slot: Slot }

/** Follows a path as far as it is written out. */
export function findSlot(parsed: ParsedText, document: number, path: YamlPath): Found {
  let slot = rootSlot(parsed, document)
  for (const [depth, part] of path.entries()) {
    const { node } = slot
    if (isAlias(node)) return { kind: 'alias', depth, slot }
    const next = isMap(node)
      ? pairSlot(node, String(part))
      : isSeq(node)
        ? itemSlot(node, Number(part))
        : null
    if (!next) return { kind: 'missing', depth, slot }
    slot = next
  }
  return { kind: 'slot', slot }
}

function rootSlot({ documents }: ParsedText, document: number): Slot {
  const contents = documents[document]?.contents ?? null
  const isWritten = contents !== null && !isEmpty(contents)
  return { kind: 'root', node: isWritten ? contents : null, lead: [], owner: null, index: 0, flow: false }
}

function pairSlot(map: YAMLMap, name: string): Slot | null {
  const index = map.items.findIndex(it => keyOf(it) === name)
  return index < 0 ? null : slotOfPair(map, index)
}

export function slotOfPair(map: YAMLMap, index: number): Slot {
  const pair = map.items[index]
  const token = tokenOf(pair)
  if (!token?.sep) throw new Refusal('a key has no colon')
  return {
    kind: 'pair',
    node: writtenNode(pair?.value as Node | null, token.value),
    lead: token.sep,
    owner: map,
    index,
    flow: map.flow ?? false,
  }
}

export function itemSlot(seq: YAMLSeq, index: number): Slot | null {
  if (index < 0 || index >= seq.items.length) return null
  const token = itemTokens(seq)[index]
  if (!token) throw new Refusal('a list is written in a way that cannot be edited')
  const node = seq.items[index] as Node | null
  return {
    kind: 'item',
    node: writtenNode(node, token.value),
    lead: token.start,
    owner: seq,
    index,
    flow: seq.flow ?? false,
  }
}

function writtenNode(node: Node | null, token: CST.Token | null | undefined): ParsedNode | null {
  return token && node ? (node as ParsedNode) : null
}

function isEmpty(node: Node): boolean {
  return isScalar(node) && node.range?.[0] === node.range?.[1]
}

export type ItemToken = CST.CollectionItem

export function tokenOf(pair: Pair | undefined): ItemToken | undefined {
  return pair?.srcToken
}

/** One for each item: a comment at a list's end and a comma after its last item are none. */
export function itemTokens(seq: YAMLSeq): readonly ItemToken[] {
  const token = seq.srcToken
  if (token?.type === 'block-seq')
    return token.items.filter(it => it.start.some(lead => lead.type === 'seq-item-ind'))
  if (token?.type !== 'flow-collection') return []
  return token.items.filter(it => it.value ?? it.key ?? it.sep)
}

function keyOf(pair: Pair): string | null {
  return isScalar(pair.key) && typeof pair.key.value !== 'symbol' ? String(pair.key.value) : null
}

/** Where a pair or item begins, with its anchor or its dash. */
export function startOf({ start, key, value }: ItemToken, indicator: 'seq-item-ind' | null): number {
  const own = start.find(it => (indicator ? it.type === indicator : beginsKey.has(it.type)))
  const offset = own?.offset ?? key?.offset ?? value?.offset
  if (offset === undefined) throw new Refusal('a value has no key')
  return offset
}

const beginsKey = new Set(['anchor', 'tag', 'explicit-key-ind'])

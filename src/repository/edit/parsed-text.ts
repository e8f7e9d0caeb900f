import { type Document, isCollection, isMap, isScalar, isSeq, LineCounter, type Node } from 'yaml'
import { parseNodes } from '../careful-yaml.ts'
import { parseYamlDocuments } from '../parse-yaml.ts'
import { Refusal } from './edit-value.ts'
import type { Json } from './json.ts'
import { itemTokens, tokenOf } from './slot.ts'

/** Text with the nodes that it was parsed to, which know their places in it. */
export interface ParsedText {
  readonly text: string
  readonly documents: readonly Document.Parsed[]
  /** What each document says. */
  readonly values: readonly Json[]
}

/** Throws Refusal for what does not parse. Nodes are asked for when they are looked at: they take longer than values. */
export function parseText(text: string): ParsedText {
  const { documents: read, problems } = parseYamlDocuments(text, '')
  const [problem] = problems
  if (problem)
    throw new Refusal(`it cannot be read (${problem.message}, line ${problem.location?.line ?? 1})`)
  // A file of comments holds nothing yet, which is a document too.
  const values = read.length === 0 ? [null] : read.map(it => it.value as Json)
  let nodes: readonly Document.Parsed[] | null = null
  return {
    text,
    values,
    get documents() {
      nodes ??= parseNodes(text, new LineCounter(), { keepSourceTokens: true })
      if (nodes?.length !== read.length) throw new Refusal('it cannot be read')
      return nodes
    },
  }
}

/** Offset after the last character that belongs to a node, without the line end and the comments that follow. */
export function contentEnd(text: string, node: Node): number {
  if (isScalar(node) && node.srcToken?.type === 'block-scalar') return blockScalarEnd(text, node)
  if (isCollection(node) && !node.flow) return collectionEnd(text, node)
  const end = node.range?.[1]
  if (end === undefined) throw new Refusal('a value has no place in the text')
  return end
}

function collectionEnd(text: string, node: Node): number {
  const last = isMap(node) ? tokenOf(node.items.at(-1)) : isSeq(node) ? itemTokens(node).at(-1) : undefined
  const value = isMap(node) ? node.items.at(-1)?.value : isSeq(node) ? node.items.at(-1) : null
  if (!last) throw new Refusal('a list or map has no place in the text')
  if (last.value && value) return contentEnd(text, value as Node)
  const lead = [...last.start, ...(last.sep ?? [])].findLast(it => !between.has(it.type))
  if (lead && lead.offset > (last.key?.offset ?? -1)) return lead.offset + lead.source.length
  return endOfKey(last.key)
}

const between = new Set(['space', 'newline', 'comment'])

function endOfKey(key: { readonly offset: number } | null | undefined): number {
  if (!key || !('source' in key) || typeof key.source !== 'string')
    throw new Refusal('a key has no place in the text')
  return key.offset + key.source.length
}

/** The blank lines below a block are not its content, unless it keeps them (`|+`). */
function blockScalarEnd(text: string, node: Node): number {
  const { body, header } = blockScalarParts(text, node)
  const content = text.slice(body.from, body.to)
  if (header.includes('+')) return body.to - (/\r?\n$/.exec(content)?.[0].length ?? 0)
  const written = content.trimEnd()
  return written === '' ? headerEnd(text, body.from) : body.from + written.length
}

function headerEnd(text: string, bodyStart: number): number {
  return bodyStart - (/\r?\n$/.exec(text.slice(0, bodyStart))?.[0].length ?? 0)
}

interface BlockScalarParts {
  readonly header: string
  readonly body: { readonly from: number; readonly to: number }
}

export function blockScalarParts(text: string, node: Node): BlockScalarParts {
  const token = node.srcToken
  if (token?.type !== 'block-scalar') throw new Refusal('a text has no place in the file')
  const header = token.props.find(it => it.type === 'block-scalar-header')
  const last = token.props.at(-1)
  if (!header || !last || !('source' in last) || !('source' in header))
    throw new Refusal('a text has no place in the file')
  const from = last.offset + last.source.length
  return { header: header.source, body: { from, to: Math.min(text.length, from + token.source.length) } }
}

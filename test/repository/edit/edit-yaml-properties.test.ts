import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Document, parse, visit } from 'yaml'
import { canBePlain, writeScalar } from '../../../src/repository/edit/write-scalar.ts'
import { editYaml, type Json, type YamlEdit, type YamlPath } from '../../../src/repository/edit/edit-yaml.ts'
import { parseYamlDocuments } from '../../../src/repository/parse-yaml.ts'

/** `EDIT_YAML_RUNS=20000` for a long search. */
const runs = Number(process.env['EDIT_YAML_RUNS'] ?? 100)

const text = fc.oneof(
  fc.constantFrom(
    'yes',
    '0644',
    '1e3',
    '~',
    '',
    ' x ',
    'a: b',
    '- a',
    '#',
    '{}',
    '80:80',
    '*x',
    'nginx:1.25',
    'n',
    '=',
    '<<',
  ),
  fc.constantFrom(
    'a\nb',
    'a\nb\n',
    '\na\n',
    '  a\nb',
    'a\n\n\n',
    'tab\there',
    'a \n b',
    '\u0085',
    '\u2028',
    '1.10',
    '2001-01-01',
  ),
  fc.stringMatching(/^[a-z]{1,6}$/),
  fc.string({ unit: fc.constantFrom(...'ab \n:-#"\'{}[],&*!|>%@0.'.split('')), maxLength: 8 }),
  fc.string({ unit: 'grapheme', maxLength: 6 }),
)
const scalar: fc.Arbitrary<Json> = fc.oneof(
  { weight: 4, arbitrary: text },
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.boolean(),
  fc.constant(null),
)
const key = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom('name', 'image', 'spec', 'a', 'b', 'c', 'd') },
  text,
)
const { value } = fc.letrec<{ value: Json }>(tie => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    scalar,
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(key, tie('value'), { maxKeys: 4 }),
  ),
}))
const content = fc.oneof(
  { weight: 4, arbitrary: fc.dictionary(key, value, { minKeys: 1, maxKeys: 5 }) },
  fc.array(value, { minLength: 1, maxLength: 4 }),
)

const styles = fc.record({
  indent: fc.constantFrom(2, 4),
  indentSeq: fc.boolean(),
  collectionStyle: fc.constantFrom('any' as const, 'any' as const, 'block' as const, 'flow' as const),
  defaultStringType: fc.constantFrom(
    'PLAIN' as const,
    'QUOTE_SINGLE' as const,
    'QUOTE_DOUBLE' as const,
    'BLOCK_LITERAL' as const,
  ),
  flowCollectionPadding: fc.boolean(),
  lineWidth: fc.constantFrom(0, 30, 80),
})

interface Written {
  readonly contents: readonly Json[]
  readonly style: { readonly indent: number }
  /** Which nodes get a comment, stand in brackets or become an alias; one number each, as they come. */
  readonly dice: readonly number[]
  readonly windows: boolean
  readonly open: boolean
}

const written = fc.record({
  contents: fc.array(content, { minLength: 1, maxLength: 3 }),
  style: styles,
  dice: fc.array(fc.nat(20), { minLength: 60, maxLength: 60 }),
  windows: fc.boolean(),
  open: fc.boolean(),
})

function write({ contents, style, dice, windows, open }: Written): string {
  let at = 0
  const roll = (): number => dice[at++ % dice.length] ?? 0
  const parts = contents.map(it => {
    const document = new Document(it, { version: '1.1' })
    visit(document, {
      Node(place, node) {
        if (place === null) return
        const face = roll()
        if (face === 1) node.comment = ' beside'
        if (face === 2) node.commentBefore = ' above'
        if (face === 3) node.spaceBefore = true
        if (face === 4 && 'flow' in node && 'items' in node) node.flow = true
        if (face === 5 && place !== 'key' && 'anchor' in node && !node.anchor) node.anchor = `n${at}`
      },
    })
    return document.toString({ ...style, directives: false })
  })
  const joined = parts.join('---\n')
  const ended = open ? joined.replace(/\n$/, '') : joined
  return windows ? ended.replaceAll('\n', '\r\n') : ended
}

function pathsIn(value: Json | undefined, path: YamlPath = []): readonly YamlPath[] {
  if (Array.isArray(value)) return [path, ...value.flatMap((it, at) => pathsIn(it as Json, [...path, at]))]
  if (typeof value !== 'object' || value === null) return [path]
  return [path, ...Object.entries(value).flatMap(([name, it]) => pathsIn(it, [...path, name]))]
}

const at = (value: unknown, path: YamlPath): unknown =>
  path.reduce<unknown>((it, part) => (it as Record<string | number, unknown>)[part], value)

/** Some edit that can be made, by three random numbers. */
function pick(values: readonly Json[], [a, b, c]: readonly [number, number, number], value: Json): YamlEdit {
  const document = a % values.length
  const paths = pathsIn(values[document])
  const path = paths[b % paths.length] ?? []
  const there = at(values[document], path)
  if (Array.isArray(there) && c % 3 === 0)
    return { kind: 'insert', document, path: [...path, c % (there.length + 1)], value }
  if (Array.isArray(there) && c % 3 === 1)
    return { kind: 'set', document, path: [...path, there.length], value }
  if (typeof there === 'object' && !Array.isArray(there) && c % 3 === 1) {
    const name = Object.hasOwn(there ?? {}, 'added') ? 'more' : 'added'
    return { kind: 'set', document, path: c % 2 ? [...path, name] : [...path, name, 'deep'], value }
  }
  if (path.length > 0 && c % 3 === 2) return { kind: 'remove', document, path }
  return { kind: 'set', document, path: path.length > 0 ? path : [Array.isArray(there) ? 0 : 'added'], value }
}

/** Told in another way than the editor does. */
function expected(values: readonly Json[], edit: YamlEdit): readonly unknown[] {
  const documents = structuredClone(values) as unknown[]
  const holder: Record<string | number, unknown> = {
    root: JSON.parse(JSON.stringify(documents[edit.document])),
  }
  let owner = holder
  const names = ['root', ...edit.path]
  for (const name of names.slice(0, -1)) {
    if (owner[name] === undefined || owner[name] === null) owner[name] = {}
    owner = owner[name] as Record<string | number, unknown>
  }
  const last = names.at(-1) ?? ''
  if (edit.kind === 'set') owner[last] = edit.value
  else if (!Array.isArray(owner)) delete owner[last]
  else if (edit.kind === 'insert') owner.splice(Number(last), 0, edit.value)
  else owner.splice(Number(last), 1)
  documents[edit.document] = holder['root']
  return documents
}

/** First and last line, from 0, of what stands at a path. */
function linesOf(text: string, document: number, path: YamlPath): readonly [number, number] {
  const read = parseYamlDocuments(text, '').documents
  const start = (of: number, path: YamlPath): number => (read[of]?.positionOf(path).line ?? 1) - 1
  const all = read.flatMap((it, of) =>
    pathsIn(it.value as Json).map(path => ({ of, path, line: start(of, path) })),
  )
  const isInside = (other: YamlPath): boolean => path.every((part, depth) => part === other[depth])
  const after = all.filter(it => it.of > document || (it.of === document && !isInside(it.path)))
  const from = start(document, path)
  const next = Math.min(...after.map(it => it.line).filter(it => it > from), text.split('\n').length)
  return [from, next]
}

const editing = fc.record({
  picks: fc.array(fc.tuple(fc.tuple(fc.nat(), fc.nat(), fc.nat()), value), { minLength: 1, maxLength: 3 }),
})

test('whatever a file holds and however it is written, an edit changes what it should and no other line', () => {
  let made = 0
  let refused = 0
  const reasons = new Map<string, string>()
  fc.assert(
    fc.property(written, editing, (it, { picks }) => {
      let text = write(it)
      for (const [numbers, value] of picks) {
        const { documents, problems } = parseYamlDocuments(text, '')
        if (problems.length > 0 || documents.length !== it.contents.length) return
        const values = documents.map(it => it.value as Json)
        const edit = pick(values, numbers, value)
        const result = editYaml(text, [edit])
        if ('refused' in result) {
          refused++
          reasons.set(result.refused, JSON.stringify({ text, edit }))
          continue
        }
        made++
        const read = parseYamlDocuments(result.text, '')
        const normal = (all: readonly unknown[]): unknown => JSON.parse(JSON.stringify(all))
        expect(normal(read.documents.map(it => it.value))).toEqual(normal(expected(values, edit)))
        expectOtherLines(text, result.text, edit)
        text = result.text
      }
    }),
    { numRuns: runs },
  )
  if (process.env['EDIT_YAML_RUNS']) for (const [reason, example] of reasons) console.log(reason, example)
  expect(refused, 'of those that can be made').toBeLessThan(made / 20)
})

function expectOtherLines(old: string, now: string, { document, path }: YamlEdit): void {
  const a = old.split('\n')
  const b = now.split('\n')
  let top = 0
  while (top < a.length && top < b.length && a[top] === b[top]) top++
  let bottom = 0
  while (bottom < a.length - top && bottom < b.length - top && a.at(-1 - bottom) === b.at(-1 - bottom))
    bottom++
  if (old === now) return
  const values = parseYamlDocuments(old, '').documents.map(it => it.value as Json)
  const known = new Set(pathsIn(values[document]).map(it => JSON.stringify(it)))
  let owner = path.slice(0, -1)
  while (!known.has(JSON.stringify(owner))) owner = owner.slice(0, -1)
  const held = at(values[document], owner)
  // What is empty before or afterwards is told on the line of its key or dash, which may be above comments.
  const isEmptied = typeof held !== 'object' || held === null || Object.keys(held).length < 2
  const [from, to] = linesOf(old, document, isEmptied ? owner.slice(0, -1) : owner)
  expect(top, 'lines above stay').toBeGreaterThanOrEqual(from)
  expect(a.length - bottom, 'lines below stay').toBeLessThanOrEqual(to)
}

test('every text reads as that text, whoever reads it', () => {
  fc.assert(
    fc.property(
      text,
      fc.constantFrom('plain' as const, 'single' as const, 'double' as const),
      fc.boolean(),
      (it, quotes, flow) => {
        const scalar = writeScalar(it, { quotes, otherwise: 'double', flow })
        for (const version of ['1.1', '1.2'] as const) {
          const whole = flow ? `a: [${scalar}, {b: ${scalar}}]` : `a:\n- ${scalar}\n- b: ${scalar}\n`
          expect(parse(whole, { version })).toEqual({ a: [it, { b: it }] })
        }
        const key = writeScalar(it, { quotes, otherwise: 'double', flow })
        expect(parseYamlDocuments(`${key}: 1\n`, '').documents[0]?.value).toEqual({ [it]: 1 })
        if (canBePlain(it, flow)) expect(it).toBe(it.trim())
      },
    ),
    { numRuns: 4 * runs },
  )
})

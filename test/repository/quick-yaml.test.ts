import fc from 'fast-check'
import { expect, test } from 'vitest'
import { stringify } from 'yaml'
import { parseWithCare } from '../../src/repository/careful-yaml.ts'
import { createQuickPositions } from '../../src/repository/quick-position.ts'
import { parseQuickly } from '../../src/repository/quick-yaml.ts'

const bounds = { maxDepth: 100, maxAliases: 1_000 }

/** What the quick parser gives has to be what the careful one gives; whether it gives anything is its own business. */
function expectEqual(text: string): boolean {
  const quick = parseQuickly(text)
  if (quick === null) return false
  const careful = parseWithCare(text, '', bounds)
  // The one thing that only the quick parser reads rightly: a value below a comment that is indented less than it.
  if (/^\s*#/m.test(text) && careful?.problems.some(it => /do not stand on their own line/.test(it.message)))
    return true
  expect({
    problems: careful?.problems,
    documents: careful?.documents.map(it => ({ value: it.value, start: it.positionOf([]) })),
  }).toEqual({ problems: [], documents: quick })
  const positions = createQuickPositions(text)
  for (const [at, document] of (careful?.documents ?? []).entries()) {
    for (const path of pathsIn(document.value, [])) {
      const position = positions(at, path)
      if (position) expect({ path, position }).toEqual({ path, position: document.positionOf(path) })
    }
  }
  return true
}

/** Of every value, and of one that is missing below it. */
function pathsIn(value: unknown, path: readonly string[]): readonly (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [path]
  const inside = Object.entries(value).flatMap(([name, inner]) => pathsIn(inner, [...path, name]))
  return [path, [...path, 'missing'], ...inside]
}

const snippets = [
  'a: 1',
  'a: "1"',
  "a: '0x1'",
  'a: 0644',
  'a: 0o17',
  'a: +12',
  'a: 1_000',
  'a: .5e3',
  'a: 1.',
  'a: -',
  'a: - b',
  'a: yes',
  'a: "yes"',
  'a: ~',
  'a:',
  'a: null # none',
  'a: b#c',
  'a: "b # c"',
  "a: 'it''s'",
  'a: "\\u263a\\n\\x41"',
  'a: http://x:80/y',
  'a: "x: y"',
  'a: x: y',
  'a: 12:30:45',
  'a: 2001-01-01',
  'a: {b: c, d: [e, "f"]}',
  'a: [1, 2,]',
  'a: {b: , c}',
  'a: {"b":1,"c":[]}',
  'a: |\n  one\n  two\n',
  'a: |-\n  one\n\n  two\n\n',
  'a: |+\n  one\n\n',
  'a: >\n  folded\n  text\n\n    more\n  end\n',
  'a: >-\n  x\n\n  y',
  'a: |2\n    deep\n   less\n',
  'a: plain\n  over lines\n  here',
  'a: "quoted\n  over\n\n  lines"',
  "a: 'x\n  y'",
  'a:\n- 1\n- 2',
  'a:\n  - b: 1\n    c: 2\n  - d',
  'a:\n  -\n    b: 1',
  '- - 1\n  - 2\n- 3',
  '? a\n: b',
  '? [a]\n: b',
  '1: a\ntrue: b',
  'null: a',
  '"": a',
  'a: 1\na: 2',
  'a: *b',
  'a: &b c',
  'a: !!str 1',
  '<<: {a: 1}',
  'a: "<<"',
  '%YAML 1.1\n---\na: 1',
  '--- a',
  '---\na: 1\n---\nb: 2\n...\n---\nc: 3',
  '---\n# nothing\n---\na: 1',
  '# only a comment',
  '',
  ' a: 1',
  '\ta: 1',
  'a:\t1',
  'a: 1\n\tb: 2',
  'a: 1\r\nb:\r\n  - c\r\n',
  'a: |\r\n  one\r\n  two\r\n',
  'a: {{ .Values.x }}',
  'a: "{{ x }}"',
  'a: @b',
  'a: `b`',
  'a: %b',
  'a: b: c',
  'a: [',
  'a: "open',
  '__proto__: {a: 1}',
  'constructor: 1\ntoString: 2',
  '\uFEFFa: 1',
  'a: \u2028b',
  'a: \u0085b',
  'a: "\\ud83d\\ude00"',
  'a: 😀',
  'a: 99999999999999999999',
  'a: 1e400',
  'a: 0b101',
  'a: 0x',
  'a: 08',
  'a: .inf',
  'a: .NaN',
  'a: =',
  'a: ...',
  'a: --- b',
  'a : b',
  '"a" : b',
  'a:b',
  'a: b  \nc: d\t',
  'a: [b\n, c]',
  'a: {b:c}',
  'a: {"b":c}',
  'a: [a, [b, {c: d}]] # end',
  'a: "\\/"',
  'a: "\\q"',
]

test.each(snippets)('%j is read alike', text => {
  expectEqual(text)
  expectEqual(`${text}\n`)
  expectEqual(`x:\n${text.replaceAll(/^/gm, '  ')}\ny: 2\n`)
  expectEqual(`- ${text.replaceAll('\n', '\n  ')}\n- 2\n`)
})

/** `QUICK_YAML_RUNS=20000` for a long search. */
const runs = Number(process.env.QUICK_YAML_RUNS ?? 500)

const scalar = fc.oneof(
  fc.constantFrom(
    'yes',
    'no',
    '0644',
    '1e3',
    '~',
    'null',
    '',
    ' x ',
    'a: b',
    '- a',
    '#',
    '{}',
    '80:80',
    '0.1',
    '*',
    '&',
  ),
  fc.string(),
  fc.string({ unit: fc.constantFrom(...'ab \n\t:-#"\'{}[],&*!|>%@0.'.split('')) }),
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.boolean(),
  fc.constant(null),
)
const { value } = fc.letrec(tie => ({
  value: fc.oneof({ depthSize: 'small', withCrossShrink: true }, scalar, tie('list'), tie('map')),
  list: fc.array(tie('value'), { maxLength: 4 }),
  map: fc.dictionary(fc.string({ minLength: 1, maxLength: 6 }), tie('value'), { maxKeys: 4 }),
}))
const styles = fc.record({
  indentSeq: fc.boolean(),
  collectionStyle: fc.constantFrom('any' as const, 'block' as const, 'flow' as const),
  defaultStringType: fc.constantFrom(
    'PLAIN' as const,
    'QUOTE_SINGLE' as const,
    'BLOCK_FOLDED' as const,
    'BLOCK_LITERAL' as const,
  ),
  lineWidth: fc.constantFrom(0, 20, 80),
})

test('whatever a document holds and however it is written, it is read alike', () => {
  let quick = 0
  fc.assert(
    fc.property(
      fc.dictionary(fc.string({ minLength: 1 }), value),
      styles,
      fc.boolean(),
      (content, style, windows) => {
        const text = stringify(content, { ...style, aliasDuplicateObjects: false, version: '1.1' })
        if (expectEqual(windows ? text.replaceAll('\n', '\r\n') : text)) quick++
      },
    ),
    { numRuns: runs },
  )
  expect(quick, 'of all that are read quickly').toBeGreaterThan(runs / 2)
})

test('a manifest with slips of the hand is read alike', () => {
  const manifest = stringify({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', labels: { a: 'b', 'c/d': 'yes' }, annotations: { note: 'two\nlines\n' } },
    spec: {
      replicas: 3,
      template: {
        spec: { containers: [{ name: 'web', ports: [{ containerPort: 80 }], args: ['--x=1', 'a b'] }] },
      },
    },
  })
  const slip = fc.tuple(
    fc.nat(manifest.length),
    fc.nat(3),
    fc.constantFrom(
      ' ',
      '\n',
      '\t',
      ':',
      '-',
      '"',
      "'",
      '#',
      '&a',
      '*a',
      '{',
      '[',
      ',',
      '|',
      '>',
      '\r',
      '---\n',
      '0',
      '%',
      '!',
      '?',
    ),
  )
  fc.assert(
    fc.property(fc.array(slip, { minLength: 1, maxLength: 3 }), slips => {
      const text = slips.reduce((it, [at, cut, put]) => it.slice(0, at) + put + it.slice(at + cut), manifest)
      expectEqual(text)
    }),
    { numRuns: 4 * runs },
  )
})

test('a value may stand below a comment that is indented less', () => {
  expect(parseQuickly('a:\n  b:\n  # what b is\n    c\n')?.[0]?.value).toEqual({ a: { b: 'c' } })
})

test('a million brackets, dashes or quotes are given up in no time', () => {
  for (const part of ['[', '{a: ', '- ', '"', '? ', 'a:\n ', '&a ', '>\n', '- |\n', "'"]) {
    const text = part.repeat(Math.ceil((2 ** 20 - 8) / part.length)).slice(0, 2 ** 20 - 8)
    expectEqual(text.slice(0, 20_000))
    parseQuickly(text)
  }
})

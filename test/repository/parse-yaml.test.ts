import { describe, expect, test } from 'vitest'
import { formatProblem } from '../../src/model/problem.ts'
import { parseYamlDocuments } from '../../src/repository/parse-yaml.ts'

function valueOf(text: string): unknown {
  const { documents, problems } = parseYamlDocuments(text, 'a.yaml')
  expect(problems).toEqual([])
  return documents[0]?.value
}

function problemsOf(input: string | Uint8Array, limits = {}): readonly string[] {
  return parseYamlDocuments(input, 'a.yaml', limits).problems.map(formatProblem)
}

describe('scalars are read as kubectl reads them', () => {
  test.each([
    ['0644', 420],
    ['0o644', 420],
    ['0x1F', 31],
    ['089', 89],
    ['-012', -10],
    ['1_000', 1000],
    ['yes', true],
    ['off', false],
    ['n', false],
    ['"yes"', 'yes'],
    ['22:22', '22:22'],
    ['2001-01-01', '2001-01-01'],
    ['.', '.'],
    ['1e3', 1000],
    ['1.50', 1.5],
    ['.5', 0.5],
    ['1.2.3', '1.2.3'],
    ['~', null],
    ['Null', null],
    ['<<', '<<'],
    ['!!str 12', '12'],
    ['!!binary aGk=', 'hi'],
    ['!vault x', 'x'],
  ])('%s', (text, value) => {
    expect(valueOf(`a: ${text}\n`)).toEqual({ a: value })
  })

  test('keys become texts, and merge keys are merged', () => {
    expect(valueOf('1: a\ntrue: b\n')).toEqual({ 1: 'a', true: 'b' })
    expect(valueOf('x: &x {a: 1, b: 2}\nz:\n  <<: *x\n  b: 3\n')).toEqual({
      x: { a: 1, b: 2 },
      z: { a: 1, b: 3 },
    })
  })
})

test('several documents keep their lines; JSON is YAML', () => {
  const { documents } = parseYamlDocuments('# head\n---\na: 1\n---\n---\n{"b": [1,\n {"c": 2}]}\n', 'a.yaml')
  expect(documents.map(it => [it.value, it.line])).toEqual([
    [{ a: 1 }, 3],
    [null, 4],
    [{ b: [1, { c: 2 }] }, 6],
  ])
  expect(documents[2]!.positionOf(['b', 1, 'c'])).toEqual({ line: 7, column: 3 })
  expect(documents[2]!.positionOf(['b', 7])).toEqual({ line: 6, column: 2 })
})

describe('what is wrong is said in plain words with its place', () => {
  test.each([
    ['a:\n\tb: 1\n', 'a.yaml:2:1: a tab is used for indentation (YAML allows only spaces there)'],
    ['a: 1\nb: 2\na: 3\n', 'a.yaml:3:1: the key "a" is given twice in the same map (keep one of the two)'],
    ['a: "x\n', /^a\.yaml:1:5: missing closing "quote \(close the quote/],
    ['a: *b\n', /^a\.yaml:1:4: there is no anchor for this alias/],
    ['a: b: c\n', /^a\.yaml:1:4: .*do not stand on their own line|nested mappings/],
    ['a:\n  b: 1\n c: 2\n', /^a\.yaml:3:\d: .*indentation/],
    [
      'a: {{ .Values.x }}\nb: {{ .y }}\n',
      /^a\.yaml:1:5: a map cannot be a key .*template \(\{\{ \.\.\. \}\}\)/,
    ],
    ['a: [1, 2\n', /^a\.yaml:1:8: .*end with a ] \(close the bracket\)/],
    ['a: @x\n', 'a.yaml:1:4: a plain value cannot start with @ (put it in quotes)'],
  ])('%j', (text, expected) => {
    const [first] = problemsOf(text)
    if (typeof expected === 'string') expect(first).toBe(expected)
    else expect(first).toMatch(expected)
  })

  test('good documents survive beside a bad one', () => {
    const { documents, problems } = parseYamlDocuments('a: 1\n---\nb: "\n---\nc: 3\n', 'a.yaml')
    expect(problems).not.toEqual([])
    expect(documents.map(it => it.value)).toContainEqual({ a: 1 })
  })

  test('bytes that are not UTF-8', () => {
    expect(problemsOf(new Uint8Array([97, 58, 32, 255, 254]))[0]).toMatch(
      /^a\.yaml:1:1: the file is not UTF-8/,
    )
  })
})

describe('bounds', () => {
  test('an alias bomb', () => {
    const bomb = ['a: &a [x,x,x,x,x,x,x,x,x]']
    for (const [index, name] of Array.from('bcdefgh').entries()) {
      const before = 'abcdefgh'[index]
      bomb.push(`${name}: &${name} [${Array(9).fill(`*${before}`).join(',')}]`)
    }
    expect(problemsOf(bomb.join('\n'))[0]).toMatch(/^a\.yaml:1:1: aliases in this document expand/)
  })

  test('depth, far beyond what a stack holds', () => {
    expect(problemsOf('['.repeat(200) + ']'.repeat(200))[0]).toMatch(/nested/)
    expect(problemsOf('['.repeat(200_000))[0]).toMatch(/nested/)
    expect(problemsOf(Array.from({ length: 3000 }, (_, i) => `${' '.repeat(i)}a:`).join('\n'))[0]).toMatch(
      /nested/,
    )
  })

  test('more items than can be parsed in a while', () => {
    for (const dense of ['- a\n', '[a],', 'a: 1\n', '- - ', '? a\n']) {
      expect(problemsOf(dense.repeat(1_000_000))[0]).toMatch(/more than 1000000 lines and items/)
    }
  })

  test('size and number of documents', () => {
    expect(problemsOf('a: 1\n', { maxBytes: 3 })[0]).toMatch(/more than 3 bytes/)
    expect(problemsOf('a\n---\nb\n---\nc\n', { maxDocuments: 2 })[0]).toMatch(/more than 2 documents/)
  })
})

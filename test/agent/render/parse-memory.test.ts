import { expect, test } from 'vitest'
import { createParseMemory } from '../../../src/agent/render/parse-memory.ts'
import { formatProblem } from '../../../src/model/problem.ts'
import { parseYamlDocuments } from '../../../src/repository/parse-yaml.ts'

const { signal } = new AbortController()
const limits = { maxOutputBytes: 10_000, maxObjects: 5 }
const parse = (text: string) => createParseMemory().parse(text, 'a.yaml', limits, signal)

test.each([
  'a: 1\n---\nb: 2\n',
  '---\n# only a comment\n---\na: |\n  text\n  ---\n---\n{"c": [\n1]}\n',
  '--- a: 1\n',
  '--- # comment\na: 1\n...\n---\nb: [1,\n 2]\n',
  '%YAML 1.1\n---\na: 0644\n',
  '\uFEFFa: 1\r\n---\r\nb: 2\r\n',
  '',
])('%j is read as the parser reads it in one go', async text => {
  const pieces = await parse(text)
  const whole = parseYamlDocuments(text, 'a.yaml')
  const full = (documents: typeof whole.documents) =>
    documents.filter(it => it.value !== null).map(it => [it.value, it.line, it.positionOf(['b', 1])])
  expect(full(pieces.documents)).toEqual(full(whole.documents))
  expect(pieces.problems).toEqual(whole.problems)
})

test('a problem has its line in the whole', async () => {
  const { documents, problems } = await parse('a: 1\n---\nb: 1\nb: 2\n---\nc: 3\n')
  expect(problems.map(formatProblem)).toEqual([
    expect.stringMatching(/^a\.yaml:4:1: the key "b" is given twice/),
  ])
  expect(documents.map(it => it.value)).toEqual([{ a: 1 }, { c: 3 }])
})

test('a document seen before is the very same, and cannot be changed', async () => {
  const memory = createParseMemory()
  const first = await memory.parse('a: {x: 1}\n---\nb: 1\n', 'one.yaml', limits, signal)
  const second = await memory.parse('c: 1\n---\nb: 1\n', 'two.yaml', limits, signal)
  expect(second.documents[1]!.value).toBe(first.documents[1]!.value)
  expect(() => Object.assign((first.documents[0]!.value as { a: object }).a, { x: 2 })).toThrow(TypeError)
})

test('too many documents, too many bytes', async () => {
  expect((await parse('a: 1\n---\n'.repeat(9))).problems[0]!.message).toBe(
    'a.yaml holds more than 5 documents',
  )
  expect((await parse('x'.repeat(20_000))).problems[0]!.message).toMatch(/more than 10000 bytes/)
})

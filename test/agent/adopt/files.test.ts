import { chmod, link, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { editProperties } from '../../../src/agent/adopt/properties.ts'
import { removeDocument } from '../../../src/agent/adopt/remove-document.ts'
import { openWorkingCopy } from '../../../src/agent/adopt/working-copy.ts'

test.each([
  { what: 'a value', key: 'B', value: '3', text: '# x\nA=1\nB=3\n' },
  { what: 'a key that is taken out', key: 'A', value: null, text: '# x\nB=2\n' },
  { what: 'an empty value', key: 'A', value: '', text: '# x\nA=\nB=2\n' },
  { what: 'a key that is not there', key: 'C', value: '1', text: null },
  { what: 'several lines', key: 'A', value: 'a\nb', text: null },
])('a file of variables with $what', ({ key, value, text }) => {
  expect(editProperties('# x\nA=1\nB=2\n', key, value)?.text ?? null).toBe(text)
})

test('a file of variables keeps its line ends', () => {
  expect(editProperties('A=1\r\nB=2\r\n', 'A', '9')?.text).toBe('A=9\r\nB=2\r\n')
})

const three = '# first\na: 1\n---\n# second\nb: |\n  text\n---\nc: 3\n'

test.each([
  { what: 'first', document: 0, text: '# second\nb: |\n  text\n---\nc: 3\n' },
  { what: 'middle', document: 1, text: '# first\na: 1\n---\nc: 3\n' },
  { what: 'last', document: 2, text: '# first\na: 1\n---\n# second\nb: |\n  text\n' },
  { what: 'missing', document: 3, text: null },
])('a file without its $what document', ({ document, text }) => {
  expect(removeDocument(three, document)).toBe(text)
})

test('a document that others cannot be told from stays', () => {
  expect(removeDocument('a: 1\n--- {b: 2}\n---\nc: 3\n', 0)).toBeNull()
})

async function copyOf(files: Readonly<Record<string, string>>) {
  const home = await mkdtemp(join(tmpdir(), 'plumbline-copy-'))
  onTestFinished(() => rm(home, { recursive: true, force: true }))
  for (const [path, text] of Object.entries(files)) await writeFile(join(home, path), text)
  return { home, copy: await openWorkingCopy(home) }
}

test('a working copy takes edits back, and never writes through a hard link', async () => {
  const { home, copy } = await copyOf({ a: 'one\n' })
  await chmod(join(home, 'a'), 0o755)
  await link(join(home, 'a'), join(home, 'theirs'))
  const undo = copy.mark()
  expect(await copy.write('a', 'two\n')).toBeNull()
  expect(await readFile(join(home, 'theirs'), 'utf8')).toBe('one\n')
  expect(copy.changes()).toEqual([{ path: 'a', mode: '100755', text: 'two\n', before: 'one\n' }])
  expect((await stat(join(home, 'a'))).mode & 0o777).toBe(0o755)
  await undo()
  expect(await readFile(join(home, 'a'), 'utf8')).toBe('one\n')
  expect(copy.changes()).toEqual([])
})

test('a file that was taken away comes back', async () => {
  const { home, copy } = await copyOf({ a: 'one\n' })
  const undo = copy.mark()
  await copy.write('a', null)
  expect(copy.changes()).toMatchObject([{ path: 'a', text: null }])
  await undo()
  expect(await readFile(join(home, 'a'), 'utf8')).toBe('one\n')
})

test('nothing outside of a working copy is read or written', async () => {
  const { home: elsewhere } = await copyOf({ secret: 'x\n' })
  const { home, copy } = await copyOf({ a: 'one\n' })
  await symlink(join(elsewhere, 'secret'), join(home, 'link'))
  for (const path of ['link', '../secret', join(elsewhere, 'secret'), '.', 'missing']) {
    expect(await copy.read(path)).toBeNull()
    expect(await copy.write(path, 'y\n')).toBe(`${path} is no text file of the repository that can be edited`)
  }
  expect(await readFile(join(elsewhere, 'secret'), 'utf8')).toBe('x\n')
})

import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const root = join(import.meta.dirname, '../../..')

test('every risk stands in docs/risks.md, and nothing else', async () => {
  const folder = join(root, 'src/engine/risks')
  const files = [
    join(root, 'src/engine/risks.ts'),
    ...(await readdir(folder)).map(file => join(folder, file)),
  ]
  const sources = await Promise.all(files.map(file => readFile(file, 'utf8')))
  const codes = sources.flatMap(text => [...text.matchAll(/\bcode(?::| =) '([a-z-]+)'/g)].map(it => it[1]))
  const page = await readFile(join(root, 'docs/risks.md'), 'utf8')
  const documented = [...page.matchAll(/^\| `([a-z-]+)` \|/gm)].map(it => it[1])
  expect(new Set(documented)).toEqual(new Set(codes))
  expect(documented).toHaveLength(new Set(codes).size)
})

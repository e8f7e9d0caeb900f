import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { InvalidInputError } from '../../src/model/problem.ts'
import { readTarget } from '../../src/cli/target.ts'

const application = (path: string) =>
  `apiVersion: plumbline.dev/v1alpha1\nkind: Application\nmetadata: { name: shop }\nspec:\n  source:\n    repoURL: .\n    path: ${path}\n  destination: { name: dev }\n`

test('paths are relative to the nearest folder with settings, as validate has it, and a missing one is told with its line', async () => {
  const root = await mkdtemp(join(tmpdir(), 'plumbline-nested-'))
  try {
    await mkdir(join(root, '.git'))
    await mkdir(join(root, 'example/overlays/dev'), { recursive: true })
    await writeFile(join(root, 'example/.plumbline.yaml'), 'version: 1\n')
    await writeFile(join(root, 'example/app.yaml'), application('overlays/dev'))
    await writeFile(join(root, 'example/wrong.yaml'), application('overlays/prod'))
    const target = await readTarget(join(root, 'example/app.yaml'), {}, 'dev')
    expect(target.root.endsWith('/example')).toBe(true)
    expect(target.root.startsWith(target.gitRoot ?? '?')).toBe(true)
    const failure = await readTarget(join(root, 'example/wrong.yaml'), {}, 'dev').catch((it: unknown) => it)
    expect(failure).toBeInstanceOf(InvalidInputError)
    expect((failure as InvalidInputError).message).toContain(
      'wrong.yaml:7:5: the path overlays/prod does not exist (paths are relative to the root of the repository, ',
    )
  } finally {
    await rm(root, { recursive: true, force: true })
  }
})

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runPlumbline } from '../stage/run-plumbline.ts'

let folder = ''

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plumbline-nothing-'))
  await Promise.all(['kustomized', 'empty', 'none'].map(it => mkdir(join(folder, it))))
  await writeFile(join(folder, 'kustomized/kustomization.yaml'), 'resources: [a.yaml]\n')
  const settings = 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }\n'
  await writeFile(join(folder, 'kustomized/a.yaml'), settings)
  await writeFile(join(folder, 'notes.yaml'), 'a: 1\n')
})

afterAll(() => rm(folder, { recursive: true, force: true }))

/** On a machine that has neither kustomize nor helm. */
const validate = (...args: readonly string[]) =>
  runPlumbline(['validate', '--offline', ...args], {
    cwd: folder,
    env: { PATH: '/usr/bin:/bin', PLUMBLINE_BIN: join(folder, 'none'), HOME: folder, FORCE_COLOR: '0' },
  })

test('what could not be rendered is no success, unless nobody asked for it', async () => {
  const { exitCode, stderr } = await validate('kustomized')
  expect(stderr).toMatch(/^not everything could be looked at \(/)
  expect(stderr).toContain(
    'not rendered: the root (kustomize is not installed)\nput kustomize on the PATH, or',
  )
  expect(exitCode).toBe(2)
  expect(await validate('kustomized', '--no-render')).toMatchObject({ exitCode: 0 })
})

test('an empty folder is told as such, and a file without objects is a mistake', async () => {
  const empty = await validate('empty')
  expect(empty).toMatchObject({ exitCode: 0, stderr: expect.stringContaining('no manifests in empty\n') })
  const file = await validate('notes.yaml')
  expect(file).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('no manifests in notes.yaml (') })
})

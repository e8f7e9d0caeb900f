import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { configMap, createRendering, type Files, type Rendering } from './rendering.ts'

let rendering: Rendering
/** What an agent's disk holds besides checkouts. */
let disk: string

beforeAll(async () => {
  rendering = await createRendering()
  disk = await mkdtemp(join(tmpdir(), 'plumbline-disk-'))
  await writeFile(join(disk, 'token'), 'canary-token')
  await writeFile(join(disk, 'kubeconfig'), 'stolen: canary-kubeconfig\n')
}, 1_200_000)
afterAll(async () => {
  await rendering.close()
  await rm(disk, { recursive: true, force: true })
})

const chart: Files = {
  'web/Chart.yaml': 'apiVersion: v2\nname: web\nversion: 1.0.0\n',
  'web/templates/web.yaml': `${configMap('web')}data:\n  stolen: {{ .Values.stolen | default "nothing" | quote }}\n`,
}

describe('an Application cannot make helm', () => {
  test("read the agent's token, by a release name that is a flag", async () => {
    const releaseName = `--set-file=stolen=${disk}/token`
    const problems = await rendering.problems(chart, { path: 'web', helm: { releaseName } })
    expect(problems).toEqual([expect.stringContaining('invalid release name')])
  })

  test('write outside of its own folder', async () => {
    const releaseName = `--output-dir=${disk}/out`
    await rendering.problems(chart, { path: 'web', helm: { releaseName } })
    expect(await readdir(disk)).not.toContain('out')
  })

  test('read a kubeconfig, by a value file with a comma in its name', async () => {
    const name = `a,${disk}/kubeconfig`
    const files = { ...chart, 'web/a': 'x: 1\n', [`web/${name}`]: 'stolen: "no, this is mine"\n' }
    const objects = await rendering.objects(files, { path: 'web', helm: { valueFiles: [name] } })
    expect(objects).toEqual([expect.objectContaining({ data: { stolen: 'no, this is mine' } })])
  })
})

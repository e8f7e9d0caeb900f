import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ensureBinaries } from '../../tools/control-plane/binaries.ts'
import { createPacker, indexOf, type Packer } from '../agent/render/charts/packages.ts'
import { startWebHost, type WebHost } from '../agent/render/charts/web-host.ts'
import { runPlumbline } from '../stage/run-plumbline.ts'

let folder: string
let binaries: string
let packer: Packer
let web: WebHost

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plumbline-cli-charts-'))
  binaries = await ensureBinaries()
  packer = await createPacker()
  web = await startWebHost(null)
  const chart = await packer.pack('web', '1.2.3')
  web.serve({ '/index.yaml': indexOf([chart]), '/web-1.2.3.tgz': chart.bytes })
  await promisify(execFile)('git', ['init', '--quiet', folder])
  await put('apps/web.yaml', application())
  await put('env/dev.yaml', 'size: dev\n')
  await put('app/Chart.yaml', dependent())
  await put('charts.yaml', JSON.stringify({ charts: [{ url: web.url }] }))
}, 1_200_000)

afterAll(async () => {
  web?.close()
  await packer?.close()
  await rm(folder, { recursive: true, force: true })
})

async function put(path: string, content: string): Promise<void> {
  await mkdir(dirname(join(folder, path)), { recursive: true })
  await writeFile(join(folder, path), content)
}

const application = () => `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata:
  name: web
spec:
  destination: { name: dev, namespace: web }
  sources:
    - repoURL: ${web.url}
      chart: web
      targetRevision: ^1
      helm:
        valueFiles: [$here/env/dev.yaml]
    - repoURL: https://github.com/acme/shop.git
      ref: here
`
const dependent = () =>
  `apiVersion: v2\nname: app\nversion: 0.1.0\ndependencies:\n- { name: web, version: ^1, repository: "${web.url}" }\n`

const run = (...args: readonly string[]) =>
  runPlumbline(args, {
    cwd: folder,
    env: { PLUMBLINE_BIN: binaries, HOME: folder, XDG_CACHE_HOME: join(folder, 'cache'), KUBECONFIG: '' },
  })

test('a person renders a chart from elsewhere with the values of this folder, and its archive is kept', async () => {
  const { stdout, stderr, exitCode } = await run('render', 'apps/web.yaml', '--chart-hosts', 'charts.yaml')
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
  expect(stdout).toContain('version: 1.2.3')
  expect(stdout).toContain('size: dev')
  expect(await readdir(join(folder, 'cache/plumbline/charts/archives'))).toHaveLength(1)
})

test.each([
  [['apps/web.yaml'], /http:\/\/127\.0\.0\.1:\d+ is not encrypted/],
  [
    ['apps/web.yaml', '--no-fetch'],
    /the chart web is not in the repository, and nothing may be fetched here/,
  ],
  [['apps/web.yaml', '--offline'], /the chart web is not in the repository, and nothing may be fetched here/],
  [['app', '--no-fetch'], /app\/Chart\.yaml:5:3: the dependency web is not in the repository/],
  [['apps/web.yaml', '--chart-hosts', 'none.yaml'], /the list of chart hosts none\.yaml cannot be read/],
])('render %s is refused', async (args, expected) => {
  const { stderr, exitCode } = await run('render', ...args)
  expect(exitCode).toBe(2)
  expect(stderr).toMatch(expected)
})

test('validate renders charts from elsewhere, and skips them when nothing may be fetched', async () => {
  const fetched = await run('validate', '--chart-hosts', 'charts.yaml', '--output', 'json')
  expect(JSON.parse(fetched.stdout)).toMatchObject({ problems: [], skipped: [] })
  const skipped = await run('validate', '--offline', '--output', 'json')
  expect(JSON.parse(skipped.stdout)).toMatchObject({
    problems: [],
    skipped: [
      { why: 'the chart web is not in the repository, and nothing may be fetched here' },
      { why: 'the dependency web is not in the repository, and nothing may be fetched here' },
    ],
  })
})

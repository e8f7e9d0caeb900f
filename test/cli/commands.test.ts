import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ensureBinaries } from '../../tools/control-plane/binaries.ts'
import { kubectl } from '../agent/sync/fixture.ts'
import { useControlPlane } from '../control-plane.ts'
import { runPlumbline } from '../stage/run-plumbline.ts'

const plane = useControlPlane()
let folder = ''
let binaries = ''

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plumbline-commands-'))
  binaries = await ensureBinaries()
})

afterAll(() => rm(folder, { recursive: true, force: true }))

/** A repository of its own; the command line runs in it. */
async function repository(files: Readonly<Record<string, string>>) {
  const root = await mkdtemp(join(folder, 'repository-'))
  await promisify(execFile)('git', ['init', '--quiet', root])
  const write = async (path: string, text: string) => {
    await mkdir(dirname(join(root, path)), { recursive: true })
    await writeFile(join(root, path), text)
  }
  for (const [path, text] of Object.entries({ '.plumbline.yaml': 'version: 1\n', ...files })) {
    await write(path, text)
  }
  return {
    write,
    run: (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
      runPlumbline(args, {
        cwd: root,
        env: { PLUMBLINE_BIN: binaries, HOME: root, KUBECONFIG: plane.kubeconfig, FORCE_COLOR: '0', ...env },
      }),
  }
}

const settings = (mode: string) =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: settings\ndata:\n  mode: ${mode}\n`

describe('plumbline plan', () => {
  /** A synced application. */
  async function synced() {
    const namespace = await plane.namespace()
    const application = plane.freeName('shop')
    const it = await repository({ 'deploy/settings.yaml': settings('fast') })
    const target = ['deploy', '--application', application, '--namespace', namespace]
    expect(await it.run(['sync', ...target])).toMatchObject({ exitCode: 0 })
    return {
      ...it,
      namespace,
      application,
      plan: (...more: string[]) => it.run(['plan', ...target, ...more]),
    }
  }

  test('of what is as it should be says so in a line, and ends with 0', async () => {
    const { plan, application } = await synced()
    const { exitCode, stdout, stderr } = await plan()
    expect(stdout).toMatch(new RegExp(`^${application} on \\S+: no changes · 1 unchanged\n$`))
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
  })

  test('tells a change from drift, and ends with 1', async () => {
    const { plan, write, namespace } = await synced()
    await write('deploy/settings.yaml', `${settings('slow')}  size: "3"\n`)
    await kubectl(plane, [
      'patch',
      '-n',
      namespace,
      'configmap/settings',
      '--type=merge',
      '-p={"data":{"mode":"by hand"}}',
    ])
    const { exitCode, stdout } = await plan()
    expect(exitCode).toBe(1)
    expect(stdout).toContain('└─ ~ ConfigMap  settings  update  size, mode  drift: mode\n')
    expect(stdout).toContain('  -   mode: by hand\n  +   mode: slow\n  +   size: "3"\n')
    expect(stdout).toMatch(
      /Changed here, and by hand in the cluster before:\n {4}data\.mode {2}by hand → slow {2}by kubectl-patch/,
    )
  })

  test('paints where colours are asked for', async () => {
    const { plan, write } = await synced()
    await write('deploy/settings.yaml', settings('slow'))
    expect((await plan('--color', 'always')).stdout).toContain('\u001b[32m+ \u001b[39m')
    expect((await plan()).stdout).not.toContain('\u001b')
  })

  test('is the published shape as JSON, and the comment as Markdown', async () => {
    const { plan, write, application, namespace } = await synced()
    await write('deploy/settings.yaml', settings('slow'))
    expect(JSON.parse((await plan('--output', 'json')).stdout)).toMatchObject({
      application,
      namespace,
      revision: null,
      digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
      summary: { create: 0, update: 1, replace: 0, delete: 0, adopt: 0, unchanged: 0, error: 0 },
      changes: [
        {
          id: `/ConfigMap/${namespace}/settings`,
          action: 'update',
          origin: 'pull-request',
          fields: [
            { path: '/data/mode', before: 'fast', after: 'slow', origin: 'pull-request', manager: null },
          ],
          source: { file: 'deploy/settings.yaml', line: 1 },
          error: null,
        },
      ],
    })
    const { stdout } = await plan('--output', 'markdown')
    expect(stdout).toMatch(/^## Plumbline: 1 application changes on 1 cluster\n/)
    expect(stdout).toContain('```diff\n')
  })

  test('of what the server refuses tells file and line, and ends with 2', async () => {
    const { plan, write } = await synced()
    await write(
      'deploy/more.yaml',
      '\n\napiVersion: v1\nkind: Service\nmetadata: { name: web }\nspec: { ports: [] }\n',
    )
    const { exitCode, stdout } = await plan()
    expect(exitCode).toBe(2)
    expect(stdout).toMatch(/Cannot be planned\n {2}deploy\/more\.yaml:3:1\n {4}Service \S+ is refused/)
  })
})

describe.concurrent('a command that cannot find its way', () => {
  test.each([
    [
      'no such path',
      ['plan', 'nowhere'],
      {},
      'there is no nowhere (give a directory or an Application document)',
    ],
    [
      'no kubeconfig',
      ['plan', '.'],
      { KUBECONFIG: '' },
      'no cluster to talk to: KUBECONFIG is not set, and there is no',
    ],
    [
      'a kubeconfig that is not there',
      ['plan', '.', '--kubeconfig', 'gone'],
      {},
      'there is no kubeconfig gone (look at',
    ],
    ['an unknown context', ['plan', '.', '--context', 'nope'], {}, 'the kubeconfig has no context "nope" ('],
    [
      'a base that is none',
      ['plan', '.', '--base', 'nope'],
      {},
      '--base nope is neither a directory nor a revision (',
    ],
    [
      'a bad duration',
      ['plan', '.', '--timeout', 'soon'],
      {},
      "argument 'soon' is invalid. expected a duration such as 90s or 5m.",
    ],
  ])('says of %s what to do next', async (_, args, env, message) => {
    const it = await repository({ 'a.yaml': settings('x') })
    const { exitCode, stdout, stderr } = await it.run(args, env)
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' })
    expect(stderr).toContain(message)
  })

  test('names the cluster that does not answer', async () => {
    const it = await repository({ 'a.yaml': settings('x') })
    await it.write(
      'kubeconfig',
      JSON.stringify({
        'current-context': 'away',
        contexts: [{ name: 'away', context: { cluster: 'away', user: 'me' } }],
        clusters: [{ name: 'away', cluster: { server: 'https://127.0.0.1:1' } }],
        users: [{ name: 'me', user: {} }],
      }),
    )
    const { exitCode, stderr } = await it.run(['plan', '.', '--kubeconfig', 'kubeconfig'])
    expect(exitCode).toBe(2)
    expect(stderr).toMatch(
      /^cannot reach https:\/\/127\.0\.0\.1:1, the API server of context "away": .*ECONNREFUSED.* \(is it running, /,
    )
  })
})

describe('plumbline validate', () => {
  const broken = {
    'base/kustomization.yaml': 'resources: [web.yaml]\n',
    'base/web.yaml':
      'apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: web }\nspec:\n  replica: 3\n  template:\n    spec: { containers: [{ name: web }] }\n',
    'overlays/dev/kustomization.yaml': 'resources: [../../base]\n',
    'overlays/prod/kustomization.yaml': 'resources: [../../base]\n',
    'chart/Chart.yaml': 'apiVersion: v2\nname: chart\nversion: 1.0.0\n',
    'chart/templates/settings.yaml':
      'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ .Release.Name }}\ndata:\n  # a comment\n  size: {{ .Values.size | default 3 }}\n',
    'plain/old.yaml': 'apiVersion: extensions/v1beta1\nkind: Ingress\nmetadata: { name: web }\n',
    'plain/custom.yaml': 'apiVersion: example.com/v1\nkind: Widget\nmetadata: { name: w }\n',
  }
  const told = [
    'base/web.yaml:4:1: Deployment web: spec.selector is missing, as overlays/dev and overlays/prod render it',
    'base/web.yaml:5:3: Deployment web: unknown field spec.replica (did you mean "replicas"?)',
    'chart/templates/settings.yaml:7:3: ConfigMap chart: data.size must be a text, but is a number, as chart renders it (put it in quotes)',
    expect.stringMatching(
      /^plain\/old\.yaml:1:1: Ingress web: Kubernetes \S+ does not serve Ingress of extensions\/v1beta1: it was removed in 1\.22 \(use networking\.k8s\.io\/v1\)$/,
    ),
  ]

  test('tells everything that is wrong, as it is written and as it is rendered, without a cluster', async () => {
    const it = await repository(broken)
    const { exitCode, stdout, stderr } = await it.run(['validate', '--offline'])
    expect(stdout.trimEnd().split('\n')).toEqual(told)
    expect(stderr).toMatch(
      /^4 problems in 3 files \(\d objects in \d files, 0 applications; Kubernetes \S+ \(bundled\)\)\n/,
    )
    expect(stderr).toContain('only their cluster knows their kinds: 1 example.com/v1 Widget\n')
    expect(exitCode).toBe(1)
  })

  test('asks the cluster of the kubeconfig, which knows all its kinds', async () => {
    const it = await repository(broken)
    const { exitCode, stdout, stderr } = await it.run(['validate'])
    expect(stdout.trimEnd().split('\n')).toEqual([
      ...told.slice(0, 3),
      expect.stringContaining('plain/custom.yaml:1:1: Widget w: the cluster serves no example.com/v1'),
      told[3],
    ])
    expect(stderr).toMatch(/; cluster \S+ \(Kubernetes \S+\)\)\n$/)
    expect(exitCode).toBe(1)
  })

  test('looks at the files that it is given', async () => {
    const it = await repository(broken)
    const { stdout } = await it.run(['validate', '--offline', 'plain', 'chart'])
    expect(stdout.trimEnd().split('\n')).toEqual(told.slice(2))
    expect((await it.run(['validate', '--offline', '--no-render', 'chart', 'base'])).stdout).toBe(
      `${told[1]}\n`,
    )
  })

  test('is read by programs as JSON', async () => {
    const it = await repository(broken)
    const { stdout } = await it.run(['validate', '--offline', '--output', 'json', 'base/web.yaml'])
    expect(JSON.parse(stdout)).toEqual({
      against: expect.stringMatching(/^Kubernetes 1\.\d+\.\d+ \(bundled\)$/),
      files: 1,
      objects: 1,
      applications: [],
      unknownKinds: {},
      skipped: [],
      problems: [
        {
          code: 'unknown-field',
          message: 'Deployment web: unknown field spec.replica',
          location: { file: 'base/web.yaml', line: 5, column: 3 },
          hint: 'did you mean "replicas"?',
        },
      ],
    })
  })

  test('shows the line in colour, but no line of a file that holds a Secret', async () => {
    const it = await repository({
      'a.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }\ndat: {}\n',
      'b.yaml': 'apiVersion: v1\nkind: Secret\nmetadata: { name: b }\nstringData: { pin: 4711 }\n',
    })
    const { stdout } = await it.run(['validate', '--offline', '--color', 'always'])
    expect(stdout).toContain('dat: {}')
    expect(stdout).toContain('stringData.pin must be a text')
    expect(stdout).not.toContain('4711')
  })

  test('passes over what Git ignores, and takes folders with settings of their own for repositories of their own', async () => {
    const application = (path: string) =>
      `apiVersion: plumbline.dev/v1alpha1\nkind: Application\nmetadata: { name: ${path} }\nspec:\n  source: { repoURL: ., path: ${path} }\n  destination: { name: dev }\n`
    const it = await repository({
      '.gitignore': 'build/\n',
      'build/a.yaml': 'a: "',
      'example/.plumbline.yaml': 'version: 1\n',
      'example/app.yaml': application('shop'),
      'example/shop/settings.yaml': settings('x'),
      'example/shop/wrong.yaml': 'apiVersion: v1\nkind: Pod\nmetadata: { name: a }\nspec: {}\n',
    })
    const { stdout, stderr } = await it.run(['validate', '--offline'])
    expect(stdout).toBe('example/shop/wrong.yaml:4:1: Pod a: spec.containers is missing\n')
    expect(stderr).toMatch(/^1 problem in 1 file \(2 objects in 3 files, 1 application; /)
  })

  test('ends with 0 when nothing is wrong', async () => {
    const it = await repository({ 'a.yaml': settings('x') })
    expect(await it.run(['validate', '--offline'])).toMatchObject({
      exitCode: 0,
      stdout: '',
      stderr: expect.stringMatching(/^no problems \(1 object in 1 file, /),
    })
  })
})

describe('plumbline render', () => {
  const secret = 'apiVersion: v1\nkind: Secret\nmetadata:\n  name: payment\nstringData:\n  token: s3cret\n'

  test('prints objects in the order in which they are applied, each with its source', async () => {
    const it = await repository({ 'a/settings.yaml': `\n${settings('yes')}`, 'a/web.yaml': secret })
    const { exitCode, stdout } = await it.run(['render', 'a', '--offline'])
    expect(exitCode).toBe(0)
    expect(stdout).toBe(
      [
        '---',
        '# Source: a/web.yaml:1',
        'apiVersion: v1',
        'kind: Secret',
        'metadata:',
        '  name: payment',
        'stringData:',
        '  token: s3cret',
        '---',
        '# Source: a/settings.yaml:2',
        'apiVersion: v1',
        'kind: ConfigMap',
        'metadata:',
        '  name: settings',
        'data:',
        '  mode: true',
        '',
      ].join('\n'),
    )
  })

  test('hides what Secrets hold when asked to, so that nobody can apply it', async () => {
    const it = await repository({ 'a/secret.yaml': secret })
    const { stdout } = await it.run(['render', 'a', '--offline', '--hide-secrets', '--output', 'json'])
    expect(JSON.parse(stdout)).toEqual({
      apiVersion: 'v1',
      kind: 'List',
      items: [
        { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'payment' }, data: { token: '(hidden)' } },
      ],
    })
  })
})

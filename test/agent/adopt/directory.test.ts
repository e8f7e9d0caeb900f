import { describe, expect, test } from 'vitest'
import { type Files, type Hand, shop, useAdopting } from './adopting.ts'

const adopting = useAdopting()

const deployment = `# The shop's front.
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  labels: {app: web,  "tier": 'front'} # flow, oddly spaced
  annotations:
    team: shop
spec:
  replicas: 2   # enough for now
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
      containers:
      - name: web
        image: "registry.example.com/web:1.0"   # pinned
        args: [--port=80, --verbose]
        resources:
          limits: { memory: 64Mi, cpu: 500m }
        env:
        - { name: MODE, value: 'a' }
        -   name: LEVEL
            value: info
      - name: proxy
        image: proxy:2
`

const files: Files = {
  'apps/shop.yaml': shop('path: deploy'),
  'deploy/web.yaml': deployment,
  'deploy/more.yaml': `---
apiVersion: v1
kind: ConfigMap
metadata: { name: one }
data:
  a: "1"
  b: |
    two
    lines
--- # the second
apiVersion: v1
kind: ConfigMap
metadata: { name: two }
data: { c: x }
---
apiVersion: v1
kind: Service
metadata: { name: web }
spec:
  ports:
  - { name: http, port: 80 }
  - { name: admin, port: 9000 }
`,
  'deploy/list.json': `{
  "apiVersion": "v1",
  "kind": "List",
  "items": [
    { "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": "json" }, "data": { "x": "1", "y": "2" } },
    { "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": "other" } }
  ]
}
`,
  'deploy/secret.yaml': `apiVersion: v1
kind: Secret
metadata: { name: token, labels: { app: web } }
stringData: { key: first-secret-value }
`,
}

interface Row {
  readonly what: string
  readonly hand: Hand
  readonly lines: Readonly<Record<string, readonly string[]>>
}

const rows: readonly Row[] = [
  {
    what: 'kubectl scale',
    hand: { 'Deployment/web': it => (it.spec.replicas = 5) },
    lines: {
      'deploy/web.yaml': ['-  replicas: 2   # enough for now', '+  replicas: 5   # enough for now'],
    },
  },
  {
    what: 'kubectl set image',
    hand: {
      'Deployment/web': it => (it.spec.template.spec.containers[0].image = 'registry.example.com/web:1.1'),
    },
    lines: {
      'deploy/web.yaml': [
        '-        image: "registry.example.com/web:1.0"   # pinned',
        '+        image: "registry.example.com/web:1.1"   # pinned',
      ],
    },
  },
  {
    what: 'a label changed in a flow map',
    hand: { 'Deployment/web': it => (it.metadata.labels.tier = 'back') },
    lines: {
      'deploy/web.yaml': [
        `-  labels: {app: web,  "tier": 'front'} # flow, oddly spaced`,
        `+  labels: {app: web,  "tier": 'back'} # flow, oddly spaced`,
      ],
    },
  },
  {
    what: 'the only annotation taken off',
    hand: { 'Deployment/web': it => delete it.metadata.annotations },
    lines: { 'deploy/web.yaml': ['-  annotations:', '-    team: shop'] },
  },
  {
    what: 'an environment variable by its name',
    hand: { 'Deployment/web': it => (it.spec.template.spec.containers[0].env[1].value = 'debug') },
    lines: { 'deploy/web.yaml': ['-            value: info', '+            value: debug'] },
  },
  {
    what: 'an environment variable taken out',
    hand: { 'Deployment/web': it => it.spec.template.spec.containers[0].env.splice(0, 1) },
    lines: { 'deploy/web.yaml': [`-        - { name: MODE, value: 'a' }`] },
  },
  {
    what: 'a container taken out',
    hand: { 'Deployment/web': it => it.spec.template.spec.containers.pop() },
    lines: { 'deploy/web.yaml': ['-      - name: proxy', '-        image: proxy:2'] },
  },
  {
    what: 'arguments replaced',
    hand: { 'Deployment/web': it => (it.spec.template.spec.containers[0].args = ['--port=8080']) },
    lines: {
      'deploy/web.yaml': ['-        args: [--port=80, --verbose]', '+        args: [--port=8080]'],
    },
  },
  {
    what: 'a quantity',
    hand: { 'Deployment/web': it => (it.spec.template.spec.containers[0].resources.limits.memory = '128Mi') },
    lines: {
      'deploy/web.yaml': [
        '-          limits: { memory: 64Mi, cpu: 500m }',
        '+          limits: { memory: 128Mi, cpu: 500m }',
      ],
    },
  },
  {
    what: 'several lines of a ConfigMap',
    hand: { 'ConfigMap/one': it => (it.data.b = 'two\nother\nlines\n') },
    lines: { 'deploy/more.yaml': ['+    other'] },
  },
  {
    what: 'a port of a list by key',
    hand: { 'Service/web': it => (it.spec.ports[1].name = 'metrics') },
    lines: {
      'deploy/more.yaml': ['-  - { name: admin, port: 9000 }', '+  - { name: metrics, port: 9000 }'],
    },
  },
  {
    what: 'another port, by which its item is known',
    hand: { 'Service/web': it => (it.spec.ports[1].port = 9001) },
    lines: {
      'deploy/more.yaml': ['-  - { name: admin, port: 9000 }', '+  - { name: admin, port: 9001 }'],
    },
  },
  {
    what: 'an object in a JSON list',
    hand: { 'ConfigMap/json': it => (it.data.x = '3') },
    lines: {
      'deploy/list.json': [
        '-    { "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": "json" }, "data": { "x": "1", "y": "2" } },',
        '+    { "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": "json" }, "data": { "x": "3", "y": "2" } },',
      ],
    },
  },
  {
    what: 'an object deleted out of a file of three',
    hand: { 'ConfigMap/two': null },
    lines: {
      'deploy/more.yaml': [
        '---- # the second',
        '-apiVersion: v1',
        '-kind: ConfigMap',
        '-metadata: { name: two }',
        '-data: { c: x }',
      ],
    },
  },
  {
    what: 'a label of a Secret',
    hand: { 'Secret/token': it => (it.metadata.labels.app = 'api') },
    lines: {
      'deploy/secret.yaml': [
        '-metadata: { name: token, labels: { app: web } }',
        '+metadata: { name: token, labels: { app: api } }',
      ],
    },
  },
  {
    what: 'several fields of several objects at once',
    hand: {
      'Deployment/web': it => {
        it.spec.replicas = 0
        it.spec.template.spec.containers[1].image = 'proxy:3'
      },
      'ConfigMap/one': it => (it.data.a = 'on'),
      'ConfigMap/other': null,
    },
    lines: {
      'deploy/list.json': [
        '-    { "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": "json" }, "data": { "x": "1", "y": "2" } },',
        '-    { "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": "other" } }',
        '+    { "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": "json" }, "data": { "x": "1", "y": "2" } }',
      ],
      'deploy/more.yaml': ['-  a: "1"', '+  a: "on"'],
      'deploy/web.yaml': [
        '-  replicas: 2   # enough for now',
        '+  replicas: 0   # enough for now',
        '-        image: proxy:2',
        '+        image: proxy:3',
      ],
    },
  },
]

describe('plain manifests', () => {
  test.each(rows)('$what goes into its document', async ({ hand, lines }) => {
    const adopted = await adopting.adopt(files, hand)
    expect(adopted.driftBefore).not.toEqual([])
    expect(adopted.left).toEqual([])
    expect(adopted.lines).toEqual(lines)
    expect(adopted.drift).toEqual([])
  })

  test('a file whose only object was deleted goes', async () => {
    const adopted = await adopting.adopt(files, { 'Deployment/web': null })
    expect(adopted.files).toMatchObject([{ path: 'deploy/web.yaml', mode: '100644', text: null }])
    expect(adopted.drift).toEqual([])
  })

  test('a file goes with the last of its objects', async () => {
    const adopted = await adopting.adopt(files, {
      'ConfigMap/one': null,
      'ConfigMap/two': null,
      'Service/web': null,
    })
    expect(adopted.files).toMatchObject([{ path: 'deploy/more.yaml', text: null }])
    expect(adopted.left).toEqual([])
    expect(adopted.drift).toEqual([])
  })

  test('many fields at once take a few renders', async () => {
    const names = Array.from({ length: 120 }, (_, at) => `config-${at}`)
    const many: Files = {
      'apps/shop.yaml': shop('path: deploy'),
      'deploy/many.yaml': names
        .map(name => `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: ${name} }\ndata: { a: x }\n`)
        .join('---\n'),
    }
    const hand = Object.fromEntries(
      names.map(name => [`ConfigMap/${name}`, (it: { data: { a: string } }) => (it.data.a = 'z')]),
    )
    const adopted = await adopting.adopt(many, hand, { mostRenders: 3 })
    expect(adopted.left).toEqual([])
    expect(adopted.adopted).toHaveLength(120)
    expect(adopted.drift).toEqual([])
  })

  test('tells where each field now stands', async () => {
    const adopted = await adopting.adopt(files, {
      'ConfigMap/two': null,
      'Service/web': it => (it.spec.ports[0].name = 'web'),
    })
    expect(adopted.adopted).toEqual([
      { id: '/ConfigMap/shop/two', path: '', file: 'deploy/more.yaml', line: null },
      { id: '/Service/shop/web', path: '/spec/ports/0/name', file: 'deploy/more.yaml', line: 16 },
    ])
  })
})

describe('is left', () => {
  test('the value of a Secret, and a copy of it elsewhere', async () => {
    const adopted = await adopting.adopt(files, {
      'Secret/token': it => (it.data.key = Buffer.from('second-secret-value').toString('base64')),
      'Deployment/web': it => (it.spec.template.spec.containers[0].env[0].value = 'uses second-secret-value'),
    })
    expect(adopted.files).toEqual([])
    const reason = 'its value is a Secret’s, which is never written into Git'
    expect(adopted.left).toEqual([
      { id: '/Secret/shop/token', path: '/data/key', reason },
      { id: 'apps/Deployment/shop/web', path: '/spec/template/spec/containers/0/env/0/value', reason },
    ])
  })

  test('what Git has changed too since the last sync', async () => {
    const adopted = await adopting.adopt(
      files,
      { 'Deployment/web': it => (it.spec.replicas = 5) },
      {
        synced: it => {
          if (it.kind === 'Deployment') it.spec.replicas = 1
        },
      },
    )
    expect(adopted.files).toEqual([])
    expect(adopted.left).toMatchObject([
      { path: '/spec/replicas', reason: 'Git has changed it as well since the last sync' },
    ])
  })

  test('what is written through a symlink stays a link, and its target is edited', async () => {
    const linked: Files = {
      'apps/shop.yaml': shop('path: deploy'),
      'deploy/web.yaml': '-> ../real/web.yaml',
      'real/web.yaml': deployment,
    }
    const adopted = await adopting.adopt(linked, { 'Deployment/web': it => (it.spec.replicas = 5) })
    expect(adopted.files.map(it => it.path)).toEqual(['real/web.yaml'])
    expect(adopted.drift).toEqual([])
  })
})

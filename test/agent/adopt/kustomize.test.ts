import { describe, expect, test } from 'vitest'
import { type Files, type Hand, shop, useAdopting } from './adopting.ts'

const adopting = useAdopting()

const web = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  annotations: { team: shop, docs: old }
spec:
  replicas: 1
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
      containers:
      - name: web
        image: web:1
        command: [serve, --fast]
        env:
        - { name: MODE, value: base }
        - { name: LEVEL, value: info }
        envFrom: [{ configMapRef: { name: settings } }]
      - name: proxy
        image: proxy:2
`
const service = `apiVersion: v1
kind: Service
metadata: { name: web }
spec:
  ports:
  - { name: http, port: 80 }
`

/** An overlay of a base that another overlay builds upon too. */
const shared: Files = {
  'apps/shop.yaml': shop('path: overlays/dev'),
  'base/kustomization.yaml': `resources:
- web.yaml
- service.yaml
configMapGenerator:
- name: settings
  literals:
  - MODE=base
  - SIZE=1
`,
  'base/web.yaml': web,
  'base/service.yaml': service,
  'overlays/prod/kustomization.yaml': 'resources: [../../base]\n',
  'overlays/dev/kustomization.yaml': `# Development.
namePrefix: dev-
resources:
- ../../base
- extra.yaml   # ours alone

images:
- name: proxy
  newTag: "3"
replicas:
- name: web
  count: 2
commonAnnotations:
  owner: shop
labels:
- pairs: { part-of: shop }
configMapGenerator:
- name: local
  envs: [local.env]
  files:
  - page.html
  - conf=files/app.conf
  literals:
  - COLOUR=red
patches:
- path: level.yaml
- target: { kind: Service, name: web }
  patch: |-
    - op: replace
      path: /spec/ports/0/port
      value: 8080
- patch: |-
    # Only here.
    apiVersion: apps/v1
    kind: Deployment
    metadata:
      name: web
    spec:
      minReadySeconds: 5
`,
  'overlays/dev/level.yaml': `apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  template:
    spec:
      containers:
      - name: web
        env:
        - name: LEVEL
          value: debug # while it is new
`,
  'overlays/dev/extra.yaml': `apiVersion: v1
kind: ConfigMap
metadata: { name: extra }
data: { a: "1", b: "2" }
---
apiVersion: v1
kind: ConfigMap
metadata: { name: more }
data: { x: "1" }
`,
  'overlays/dev/local.env': '# local\nHOST=localhost\nPORT=80\n',
  'overlays/dev/page.html': '<p>\nhello\n</p>\n',
  'overlays/dev/files/app.conf': 'level = 1\n',
}

interface Row {
  readonly what: string
  readonly hand: Hand
  readonly lines: Readonly<Record<string, readonly string[]>>
  readonly files?: Files
}

const overlay = 'overlays/dev/kustomization.yaml'

const rows: readonly Row[] = [
  {
    what: 'the tag of an image goes into its entry of images',
    hand: { 'Deployment/dev-web': it => (it.spec.template.spec.containers[1].image = 'proxy:4') },
    lines: { [overlay]: ['-  newTag: "3"', '+  newTag: "4"'] },
  },
  {
    what: 'another name of an image goes into its entry of images',
    hand: {
      'Deployment/dev-web': it => (it.spec.template.spec.containers[1].image = 'mirror.example.com/proxy:3'),
    },
    lines: { [overlay]: ['+  newName: mirror.example.com/proxy'] },
  },
  {
    what: 'a digest takes the place of the tag',
    hand: {
      'Deployment/dev-web': it =>
        (it.spec.template.spec.containers[1].image = `proxy@sha256:${'a'.repeat(64)}`),
    },
    lines: { [overlay]: ['-  newTag: "3"', `+  digest: sha256:${'a'.repeat(64)}`] },
  },
  {
    what: 'an image of a shared base gets an entry of images',
    hand: { 'Deployment/dev-web': it => (it.spec.template.spec.containers[0].image = 'web:2') },
    lines: { [overlay]: ['+- name: web', '+  newTag: "2"'] },
  },
  {
    what: 'kubectl scale goes into the entry of replicas',
    hand: { 'Deployment/dev-web': it => (it.spec.replicas = 7) },
    lines: { [overlay]: ['-  count: 2', '+  count: 7'] },
  },
  {
    what: 'a field goes into the patch file that sets it',
    hand: {
      'Deployment/dev-web': it =>
        (it.spec.template.spec.containers[0].env.find((env: { name: string }) => env.name === 'LEVEL').value =
          'trace'),
    },
    lines: {
      'overlays/dev/level.yaml': [
        '-          value: debug # while it is new',
        '+          value: trace # while it is new',
      ],
    },
  },
  {
    what: 'a field goes into the inline patch that sets it',
    hand: { 'Deployment/dev-web': it => (it.spec.minReadySeconds = 9) },
    lines: { [overlay]: ['-      minReadySeconds: 5', '+      minReadySeconds: 9'] },
  },
  {
    what: 'a field goes into the JSON 6902 operation that sets it',
    hand: { 'Service/dev-web': it => (it.spec.ports[0].port = 9090) },
    lines: { [overlay]: ['-      value: 8080', '+      value: 9090'] },
  },
  {
    what: 'a literal of a generator',
    hand: { 'ConfigMap/dev-local': it => (it.data.COLOUR = 'blue') },
    lines: { [overlay]: ['-  - COLOUR=red', '+  - COLOUR=blue'] },
  },
  {
    what: 'a literal that was taken out',
    hand: { 'ConfigMap/dev-local': it => delete it.data.COLOUR },
    lines: { [overlay]: ['-  literals:', '-  - COLOUR=red'] },
  },
  {
    what: 'a line of a file of variables',
    hand: { 'ConfigMap/dev-local': it => (it.data.PORT = '8080') },
    lines: { 'overlays/dev/local.env': ['-PORT=80', '+PORT=8080'] },
  },
  {
    what: 'the content of a file',
    hand: { 'ConfigMap/dev-local': it => (it.data['page.html'] = '<p>\nbye\n</p>\n') },
    lines: { 'overlays/dev/page.html': ['-hello', '+bye'] },
  },
  {
    what: 'the content of a file under another key',
    hand: { 'ConfigMap/dev-local': it => (it.data.conf = 'level = 2\n') },
    lines: { 'overlays/dev/files/app.conf': ['-level = 1', '+level = 2'] },
  },
  {
    what: 'a literal of a shared generator is merged over in the overlay',
    hand: { 'ConfigMap/dev-settings': it => (it.data.SIZE = '2') },
    lines: {
      [overlay]: ['+- name: settings', '+  behavior: merge', '+  literals:', '+  - SIZE=2'],
    },
  },
  {
    what: "an object's own file in the overlay",
    hand: { 'ConfigMap/dev-extra': it => (it.data.b = '3') },
    lines: {
      'overlays/dev/extra.yaml': ['-data: { a: "1", b: "2" }', '+data: { a: "1", b: "3" }'],
    },
  },
  {
    what: 'an object deleted out of its file',
    hand: { 'ConfigMap/dev-more': null },
    lines: {
      'overlays/dev/extra.yaml': [
        '----',
        '-apiVersion: v1',
        '-kind: ConfigMap',
        '-metadata: { name: more }',
        '-data: { x: "1" }',
      ],
    },
  },
  {
    what: 'a field of a shared base is patched in the patch that the overlay has',
    hand: {
      'Deployment/dev-web': it =>
        (it.spec.template.spec.containers[0].command = ['serve', '--slow', '--safe']),
    },
    lines: {
      'overlays/dev/level.yaml': [
        '+        command:',
        '+        - serve',
        '+        - --slow',
        '+        - --safe',
      ],
    },
  },
  {
    what: 'an annotation of a shared base that was taken off is patched away',
    hand: { 'Deployment/dev-web': it => delete it.metadata.annotations.docs },
    lines: {
      'overlays/dev/level.yaml': [
        '-metadata: { name: web }',
        '+metadata: { name: web, annotations: { docs: null } }',
      ],
    },
  },
  {
    what: 'a container of a shared base that was taken out is patched away',
    hand: { 'Deployment/dev-web': it => it.spec.template.spec.containers.pop() },
    lines: {
      'overlays/dev/level.yaml': ['+      - name: proxy', '+        $patch: delete'],
    },
  },
  {
    what: 'a field of a shared base gets a patch where there is none for its object',
    files: { ...shared, [overlay]: 'resources: [../../base]\n' },
    hand: { 'Service/web': it => (it.spec.ports[0].name = 'web') },
    lines: {
      [overlay]: [
        '+patches:',
        '+- patch: |',
        '+    apiVersion: v1',
        '+    kind: Service',
        '+    metadata:',
        '+      name: web',
        '+    spec:',
        '+      ports:',
        '+      - name: web',
        '+        port: 80',
      ],
    },
  },
  {
    what: 'another port of a shared base is patched, the old one away',
    files: { ...shared, [overlay]: 'resources: [../../base]\n' },
    hand: { 'Service/web': it => (it.spec.ports[0].port = 81) },
    lines: {
      [overlay]: [
        '+patches:',
        '+- patch: |',
        '+    apiVersion: v1',
        '+    kind: Service',
        '+    metadata:',
        '+      name: web',
        '+    spec:',
        '+      ports:',
        '+      - $patch: delete',
        '+        port: 80',
        '+      - name: http',
        '+        port: 81',
      ],
    },
  },
]

describe('kustomize', () => {
  test.each(rows)('$what', async ({ hand, lines, files = shared }) => {
    const adopted = await adopting.adopt(files, hand)
    expect(adopted.driftBefore).not.toEqual([])
    expect(adopted.left).toEqual([])
    expect(adopted.lines).toEqual(lines)
  })
})

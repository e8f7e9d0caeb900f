import { describe, expect, test } from 'vitest'
import { type Files, type Hand, shop, useAdopting } from './adopting.ts'

const adopting = useAdopting()

const web = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  replicas: 1
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
      containers:
      - name: web
        image: web:1
        args: [--a]
`
const overlay = 'overlays/dev/kustomization.yaml'
const base: Files = {
  'base/kustomization.yaml': 'resources: [web.yaml]\n',
  'base/web.yaml': web,
}
const scaled: Hand = { 'Deployment/web': it => (it.spec.replicas = 4) }
const newImage: Hand = {
  'Deployment/web': it => (it.spec.template.spec.containers[0].image = 'mirror/web:2'),
}

interface Row {
  readonly what: string
  readonly files: Files
  readonly hand: Hand
  readonly lines: Readonly<Record<string, readonly string[]>>
}

const rows: readonly Row[] = [
  {
    what: 'a base that nobody else builds on is edited itself',
    files: { ...base, 'apps/shop.yaml': shop('path: overlays/dev'), [overlay]: 'resources: [../../base]\n' },
    hand: scaled,
    lines: { 'base/web.yaml': ['-  replicas: 1', '+  replicas: 4'] },
  },
  {
    what: 'a base that is an application of its own is not',
    files: {
      ...base,
      'apps/shop.yaml': shop('path: overlays/dev'),
      'apps/other.yaml': shop('path: base', 'other'),
      [overlay]: 'resources: [../../base]\n',
    },
    hand: scaled,
    lines: { [overlay]: ['+replicas:', '+- name: web', '+  count: 4'] },
  },
  {
    what: 'a component of our own is edited',
    files: {
      ...base,
      'apps/shop.yaml': shop('path: overlays/dev'),
      'overlays/prod/kustomization.yaml': 'resources: [../../base]\n',
      [overlay]: 'resources: [../../base]\ncomponents: [../../components/big]\n',
      'components/big/kustomization.yaml': `kind: Component
apiVersion: kustomize.config.k8s.io/v1alpha1
patches:
- path: big.json
  target: { kind: Deployment }
`,
      'components/big/big.json': '[\n  { "op": "replace", "path": "/spec/replicas", "value": 2 }\n]\n',
    },
    hand: scaled,
    lines: {
      'components/big/big.json': [
        '-  { "op": "replace", "path": "/spec/replicas", "value": 2 }',
        '+  { "op": "replace", "path": "/spec/replicas", "value": 4 }',
      ],
    },
  },
  {
    what: 'patches in the old fields',
    files: {
      ...base,
      'apps/shop.yaml': shop('path: overlays/dev'),
      [overlay]: `resources: [../../base]
patchesStrategicMerge:
- scale.yaml
patchesJson6902:
- target: { group: apps, version: v1, kind: Deployment, name: web }
  path: args.yaml
`,
      'overlays/dev/scale.yaml':
        'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {replicas: 2}\n',
      'overlays/dev/args.yaml':
        '- op: add\n  path: /spec/template/spec/containers/0/args/-\n  value: --b # too\n',
    },
    hand: {
      'Deployment/web': it => {
        it.spec.replicas = 4
        it.spec.template.spec.containers[0].args[1] = '--c'
      },
    },
    lines: {
      'overlays/dev/args.yaml': ['-  value: --b # too', '+  value: --c # too'],
      'overlays/dev/scale.yaml': ['-spec: {replicas: 2}', '+spec: {replicas: 4}'],
    },
  },
  {
    what: "the options of the Application's own source",
    files: {
      ...base,
      'apps/shop.yaml': shop(`path: overlays/dev
kustomize:
  images: [web=web:1]   # released
  replicas:
  - { name: web, count: 2 }
  commonAnnotations: {owner: 'shop'}`),
      [overlay]: 'resources: [../../base]\n',
    },
    hand: {
      'Deployment/web': it => {
        it.spec.replicas = 4
        it.spec.template.spec.containers[0].image = 'mirror/web:2'
        it.metadata.annotations.owner = 'market'
        it.spec.template.metadata.annotations.owner = 'market'
      },
    },
    lines: {
      'apps/shop.yaml': [
        '-      images: [web=web:1]   # released',
        "+      images: ['web=mirror/web:2']   # released",
        '-      - { name: web, count: 2 }',
        "-      commonAnnotations: {owner: 'shop'}",
        '+      - { name: web, count: 4 }',
        "+      commonAnnotations: {owner: 'market'}",
      ],
    },
  },
  {
    what: 'of an overlay that another application has too, an image goes into the Application document',
    files: {
      ...base,
      'apps/shop.yaml': shop('path: overlays/dev'),
      'apps/other.yaml': shop('path: overlays/dev', 'shop', 'prod'),
      [overlay]: 'resources: [../../base]\n',
    },
    hand: newImage,
    lines: { 'apps/shop.yaml': ['+    kustomize:', '+      images:', '+      - web=mirror/web:2'] },
  },
  {
    what: 'of an overlay that another application has too, a field goes into a patch of the Application document',
    files: {
      ...base,
      'apps/shop.yaml': shop('path: overlays/dev'),
      'apps/other.yaml': shop('path: overlays/dev', 'shop', 'prod'),
      [overlay]: 'resources: [../../base]\n',
    },
    hand: { 'Deployment/web': it => (it.spec.template.spec.containers[0].args = ['--b', '--c']) },
    lines: {
      'apps/shop.yaml': [
        '+    kustomize:',
        '+      patches:',
        '+      - patch: |',
        '+          apiVersion: apps/v1',
        '+          kind: Deployment',
        '+          metadata:',
        '+            name: web',
        '+          spec:',
        '+            template:',
        '+              spec:',
        '+                containers:',
        '+                - name: web',
        '+                  args:',
        '+                  - --b',
        '+                  - --c',
      ],
    },
  },
  {
    what: 'an object of a shared base that was deleted is patched away',
    files: {
      ...base,
      'apps/shop.yaml': shop('path: overlays/dev'),
      'overlays/prod/kustomization.yaml': 'resources: [../../base]\n',
      [overlay]: 'namePrefix: dev-\nresources: [../../base]\n',
    },
    hand: { 'Deployment/dev-web': null },
    lines: {
      [overlay]: [
        '+patches:',
        '+- patch: |',
        '+    apiVersion: apps/v1',
        '+    kind: Deployment',
        '+    metadata:',
        '+      name: web',
        '+    $patch: delete',
      ],
    },
  },
  {
    what: 'a file whose only object was deleted goes, and its entry',
    files: {
      ...base,
      'apps/shop.yaml': shop('path: base'),
      'base/kustomization.yaml': 'resources:\n- web.yaml # the front\n- more.yaml\n',
      'base/more.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: more }\n',
    },
    hand: { 'ConfigMap/more': null },
    lines: {
      'base/kustomization.yaml': ['-- more.yaml'],
      'base/more.yaml': ['-apiVersion: v1', '-kind: ConfigMap', '-metadata: { name: more }'],
    },
  },
  {
    what: 'of several sources, each object goes where it comes from',
    files: {
      ...base,
      'apps/shop.yaml': `apiVersion: plumbline.dev/v1alpha1
kind: Application
metadata: { name: shop }
spec:
  sources:
  - { repoURL: ., path: base }
  - repoURL: .
    path: plain
  - repoURL: .
    path: chart
    helm: { valueFiles: [$values/values/shop.yaml] }
  - { repoURL: ., ref: values }
  destination: { name: dev, namespace: shop }
`,
      'plain/one.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: one }\ndata: { a: x }\n',
      'chart/Chart.yaml': 'apiVersion: v2\nname: c\nversion: 1.0.0\n',
      'chart/templates/two.yaml':
        'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: two }\ndata: { a: {{ .Values.a }} }\n',
      'values/shop.yaml': 'a: y # here\n',
    },
    hand: {
      ...scaled,
      'ConfigMap/one': it => (it.data.a = 'x2'),
      'ConfigMap/two': it => (it.data.a = 'y2'),
    },
    lines: {
      'base/web.yaml': ['-  replicas: 1', '+  replicas: 4'],
      'plain/one.yaml': ['-data: { a: x }', '+data: { a: x2 }'],
      'values/shop.yaml': ['-a: y # here', '+a: y2 # here'],
    },
  },
]

describe('kustomize', () => {
  test.each(rows)('$what', async ({ files, hand, lines }) => {
    const adopted = await adopting.adopt(files, hand)
    expect(adopted.driftBefore).not.toEqual([])
    expect(adopted.left).toEqual([])
    expect(adopted.lines).toEqual(lines)
    expect(adopted.drift).toEqual([])
  })
})

describe('is left', () => {
  test('what a replacement writes', async () => {
    const files: Files = {
      ...base,
      'apps/shop.yaml': shop('path: base'),
      'base/kustomization.yaml': `resources: [web.yaml, source.yaml]
replacements:
- source: { kind: ConfigMap, name: source, fieldPath: data.image }
  targets:
  - select: { kind: Deployment }
    fieldPaths: [spec.template.spec.containers.0.image]
`,
      'base/source.yaml':
        'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: source }\ndata: { image: "web:1" }\n',
    }
    const adopted = await adopting.adopt(files, newImage)
    expect(adopted.files).toEqual([])
    expect(adopted.left).toEqual([
      {
        id: 'apps/Deployment/shop/web',
        path: '/spec/template/spec/containers/0/image',
        reason: 'no field of its kustomizations gives just this change',
      },
    ])
  })

  test('a label of the whole kustomization, of which only one object was changed, and told what else it says', async () => {
    const files: Files = {
      ...base,
      'apps/shop.yaml': shop('path: base'),
      'base/kustomization.yaml': 'resources: [web.yaml, more.yaml]\ncommonAnnotations: { owner: shop }\n',
      'base/more.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: more }\n',
    }
    const adopted = await adopting.adopt(files, {
      'ConfigMap/more': it => (it.metadata.annotations.owner = 'x'),
    })
    expect(adopted.files).toEqual([])
    expect(adopted.left[0]?.reason).toMatch(
      /^what says it also says other things: .*owner of Deployment shop\/web changes with it$/,
    )
  })

  test('the data of a generated Secret', async () => {
    const files: Files = {
      'apps/shop.yaml': shop('path: base'),
      'base/kustomization.yaml': 'secretGenerator:\n- name: token\n  literals: [key=first-secret-value]\n',
    }
    const adopted = await adopting.adopt(files, {
      'Secret/token': it => (it.data.key = Buffer.from('second-secret-value').toString('base64')),
    })
    expect(adopted.files).toEqual([])
    expect(adopted.left).toMatchObject([{ path: '/data/key' }])
    expect(JSON.stringify(adopted.left)).not.toContain('second-secret')
  })
})

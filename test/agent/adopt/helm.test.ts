import { describe, expect, test } from 'vitest'
import { type Files, type Hand, shop, useAdopting } from './adopting.ts'

const adopting = useAdopting()

const template = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .Release.Name }}-web
  {{- with .Values.annotations }}
  annotations: {{- toYaml . | nindent 4 }}
  {{- end }}
spec:
  replicas: {{ .Values.replicaCount }}
  minReadySeconds: 5
  revisionHistoryLimit: {{ mul .Values.history 2 }}
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
      priorityClassName: {{ printf "%s-%s" .Values.tier "priority" }}
      containers:
      - name: web
        image: "{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}"
        args: {{- toYaml .Values.args | nindent 8 }}
        env:
        - name: LEVEL
          value: {{ .Values.log.level | quote }}
        - name: DEBUG
          value: {{ .Values.debug | quote }}
        resources: {{- toYaml .Values.resources | nindent 10 }}
      - name: sidecar
        image: {{ .Values.sidecar }}
`
const ingress = `{{- if .Values.ingress.enabled }}
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: { name: {{ .Release.Name }} }
spec:
  rules:
  - host: {{ .Values.ingress.host }}
{{- end }}
`
const chart: Files = {
  'charts/web/Chart.yaml': 'apiVersion: v2\nname: web\nversion: 1.0.0\nappVersion: "1.0"\n',
  'charts/web/values.yaml': `# Defaults.
replicaCount: 1
history: 5
tier: low
image:
  repository: registry.example.com/web
  tag: ""   # the chart's
args: [--a, --b]
log: { level: info }
debug: false
resources:
  limits: { memory: 64Mi }
sidecar: proxy:2
annotations:
  team: shop
ingress:
  enabled: true
  host: shop.example.com
`,
  'charts/web/templates/web.yaml': template,
  'charts/web/templates/ingress.yaml': ingress,
}

const other = shop('path: charts/web', 'other')

const withFile: Files = {
  ...chart,
  'apps/other.yaml': other,
  'apps/shop.yaml': shop('path: charts/web\nhelm:\n  valueFiles: [../../values/shop.yaml]'),
  'values/shop.yaml': `# The shop's own.
replicaCount: 3 # for the sale

log: {level:   "warn"}
`,
}

const withInline: Files = {
  ...chart,
  'apps/other.yaml': other,
  'apps/shop.yaml': shop(`path: charts/web
helm:
  # What is ours.
  valuesObject:
    replicaCount: 3   # for the sale
  parameters:
  - name: sidecar
    value: proxy:2
  - { name: log.level, value: warn }`),
}

const withText: Files = {
  ...chart,
  'apps/other.yaml': other,
  'apps/shop.yaml': shop(`path: charts/web
helm:
  values: |
    # What is ours.
    replicaCount: 3   # for the sale`),
}

const alone: Files = { ...chart, 'apps/shop.yaml': shop('path: charts/web') }

interface Row {
  readonly what: string
  readonly files: Files
  readonly hand: Hand
  readonly lines: Readonly<Record<string, readonly string[]>>
}

const web = 'Deployment/shop-web'
const container = (it: {
  spec: { template: { spec: { containers: readonly Record<string, unknown>[] } } }
}) => it.spec.template.spec.containers[0] as Record<string, never>

const rows: readonly Row[] = [
  {
    what: 'kubectl scale goes into the value file that says it',
    files: withFile,
    hand: { [web]: it => (it.spec.replicas = 6) },
    lines: { 'values/shop.yaml': ['-replicaCount: 3 # for the sale', '+replicaCount: 6 # for the sale'] },
  },
  {
    what: 'a value file beside a chart that others use is its own',
    files: {
      ...chart,
      'apps/other.yaml': shop('path: charts/web\nhelm: { valueFiles: [prod.yaml] }', 'other'),
      'apps/shop.yaml': shop('path: charts/web\nhelm: { valueFiles: [dev.yaml] }'),
      'charts/web/dev.yaml': 'replicaCount: 3\n',
      'charts/web/prod.yaml': 'replicaCount: 3\n',
    },
    hand: { [web]: it => (it.spec.replicas = 6) },
    lines: { 'charts/web/dev.yaml': ['-replicaCount: 3', '+replicaCount: 6'] },
  },
  {
    what: 'a value file that is empty so far',
    files: { ...withFile, 'values/shop.yaml': '' },
    hand: { [web]: it => (it.spec.template.spec.priorityClassName = 'high-priority') },
    lines: { 'values/shop.yaml': ['+tier: high'] },
  },
  {
    what: 'a text keeps its quotes',
    files: withFile,
    hand: { [web]: it => (it.spec.template.spec.containers[0].env[0].value = 'debug') },
    lines: { 'values/shop.yaml': ['-log: {level:   "warn"}', '+log: {level:   "debug"}'] },
  },
  {
    what: "a tag that is the chart's version is set in the value file",
    files: withFile,
    hand: { [web]: it => (it.spec.template.spec.containers[0].image = 'registry.example.com/web:1.1') },
    lines: { 'values/shop.yaml': ['+image:', '+  tag: "1.1"'] },
  },
  {
    what: 'name and tag of an image that are two values',
    files: withFile,
    hand: { [web]: it => (it.spec.template.spec.containers[0].image = 'mirror.example.com/web:2.0') },
    lines: {
      'values/shop.yaml': ['+image:', '+  repository: mirror.example.com/web', '+  tag: "2.0"'],
    },
  },
  {
    what: 'part of a text',
    files: withFile,
    hand: { [web]: it => (it.spec.template.spec.priorityClassName = 'high-priority') },
    lines: { 'values/shop.yaml': ['+tier: high'] },
  },
  {
    what: 'a quantity inside of a map that is a default',
    files: withFile,
    hand: { [web]: it => (it.spec.template.spec.containers[0].resources.limits.memory = '1Gi') },
    lines: { 'values/shop.yaml': ['+resources:', '+  limits:', '+    memory: 1Gi'] },
  },
  {
    what: 'a list that is a default, as a whole',
    files: withFile,
    hand: { [web]: it => (it.spec.template.spec.containers[0].args = ['--c']) },
    lines: { 'values/shop.yaml': ['+args:', '+- --c'] },
  },
  {
    what: 'a default that was taken out is null in the value file',
    files: withFile,
    hand: { [web]: it => delete it.metadata.annotations },
    lines: { 'values/shop.yaml': ['+annotations:', '+  team: null'] },
  },
  {
    what: 'a truth that is a text where it is rendered',
    files: withFile,
    hand: { [web]: it => (it.spec.template.spec.containers[0].env[1].value = 'true') },
    lines: { 'values/shop.yaml': ['+debug: true'] },
  },
  {
    what: 'a value in the Application document',
    files: withInline,
    hand: { [web]: it => (it.spec.replicas = 6) },
    lines: {
      'apps/shop.yaml': [
        '-        replicaCount: 3   # for the sale',
        '+        replicaCount: 6   # for the sale',
      ],
    },
  },
  {
    what: 'a parameter in the Application document',
    files: withInline,
    hand: { [web]: it => (it.spec.template.spec.containers[1].image = 'proxy:3') },
    lines: { 'apps/shop.yaml': ['-        value: proxy:2', '+        value: proxy:3'] },
  },
  {
    what: 'a parameter in a flow map',
    files: withInline,
    hand: { [web]: it => (it.spec.template.spec.containers[0].env[0].value = 'debug') },
    lines: {
      'apps/shop.yaml': [
        '-      - { name: log.level, value: warn }',
        '+      - { name: log.level, value: debug }',
      ],
    },
  },
  {
    what: 'a default of a chart that others use, in the Application document',
    files: withInline,
    hand: { [web]: it => (it.spec.template.spec.priorityClassName = 'high-priority') },
    lines: { 'apps/shop.yaml': ['+        tier: high'] },
  },
  {
    what: 'a value in the inline text of the Application document',
    files: withText,
    hand: { [web]: it => (it.spec.replicas = 6) },
    lines: {
      'apps/shop.yaml': [
        '-        replicaCount: 3   # for the sale',
        '+        replicaCount: 6   # for the sale',
      ],
    },
  },
  {
    what: 'a default of a chart that is the application’s alone, in the chart',
    files: alone,
    hand: { [web]: it => (it.spec.replicas = 2) },
    lines: { 'charts/web/values.yaml': ['-replicaCount: 1', '+replicaCount: 2'] },
  },
  {
    what: 'a value that only moves the field, by trying',
    files: withFile,
    hand: { [web]: it => (it.spec.revisionHistoryLimit = 20) },
    lines: { 'values/shop.yaml': ['+history: 10'] },
  },
  {
    what: 'an object that was deleted is switched off',
    files: withFile,
    hand: { 'Ingress/shop': null },
    lines: { 'values/shop.yaml': ['+ingress:', '+  enabled: false'] },
  },
  {
    what: 'several fields at once',
    files: withFile,
    hand: {
      [web]: it => {
        it.spec.replicas = 6
        container(it)['image'] = 'registry.example.com/web:1.1' as never
        it.spec.template.spec.priorityClassName = 'high-priority'
      },
      'Ingress/shop': it => (it.spec.rules[0].host = 'new.example.com'),
    },
    lines: {
      'values/shop.yaml': [
        '-replicaCount: 3 # for the sale',
        '+replicaCount: 6 # for the sale',
        '+image:',
        '+  tag: "1.1"',
        '+tier: high',
        '+ingress:',
        '+  host: new.example.com',
      ],
    },
  },
]

describe('helm', () => {
  test.each(rows)('$what', async ({ files, hand, lines }) => {
    const adopted = await adopting.adopt(files, hand)
    expect(adopted.driftBefore).not.toEqual([])
    expect(adopted.left).toEqual([])
    expect(adopted.lines).toEqual(lines)
    expect(adopted.drift).toEqual([])
  })

  test('what the template writes by itself is left, and names the template', async () => {
    const adopted = await adopting.adopt(withFile, {
      [web]: it => {
        it.spec.minReadySeconds = 9
        it.spec.replicas = 6
      },
    })
    expect(adopted.left).toEqual([
      {
        id: 'apps/Deployment/shop/shop-web',
        path: '/spec/minReadySeconds',
        reason:
          'no value of the chart gives just this change: charts/web/templates/web.yaml writes it by itself',
      },
    ])
    expect(adopted.files.map(it => it.path)).toEqual(['values/shop.yaml'])
  })

  test('a bound on renders is told', async () => {
    const hand: Hand = { [web]: it => (it.spec.minReadySeconds = 9) }
    const adopted = await adopting.adopt(withFile, hand, { mostRenders: 3 })
    expect(adopted.left).toMatchObject([
      { reason: 'no edit that gives it was found in 3 renders of the application' },
    ])
  })
})

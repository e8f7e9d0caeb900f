import { expect, test } from 'vitest'
import { applicationsIn } from '../../src/repository/find-applications.ts'

interface Written {
  readonly group?: string
  readonly source?: string
  readonly destination?: string
  readonly spec?: string
}

function reading({ group = 'plumbline.dev', source = '', destination = '', spec = '' }: Written) {
  const text = `apiVersion: ${group}/v1alpha1
kind: Application
metadata: { name: shop }
spec:
  source: { repoURL: ., path: shop${source} }
  destination: { name: dev${destination} }
${spec}`
  const { applications, problems } = applicationsIn(text, 'shop.yaml')
  return { applications, problems: problems.map(({ message, hint }) => `${message} (${hint})`), text }
}

test.each([
  [{ destination: ', namspace: shop' }, 'unknown key spec.destination.namspace (did you mean "namespace"?)'],
  [
    { spec: '  syncPolicy: { automated: { selfheal: true } }' },
    'unknown key spec.syncPolicy.automated.selfheal (did you mean "selfHeal"?)',
  ],
  [
    { spec: '  syncPolicy: { automted: {} }' },
    'unknown key spec.syncPolicy.automted (did you mean "automated"?)',
  ],
  [
    { spec: '  syncpolicy: { automated: { prune: true } }' },
    'unknown key spec.syncpolicy (did you mean "syncPolicy"?)',
  ],
  [
    { source: ', helm: { parameters: [{ name: a, vlaue: s3cret }] }' },
    'unknown key spec.source.helm.parameters[0].vlaue (did you mean "value"?)',
  ],
  [
    { spec: '  ignoreDifferences: [{ kind: Secret, jsonPointer: [/data] }]' },
    'unknown key spec.ignoreDifferences[0].jsonPointer (did you mean "jsonPointers"?)',
  ],
] as const)(
  'a slip in a field is said with its place, in documents of both kinds: %j',
  (written, problem) => {
    for (const group of ['plumbline.dev', 'argoproj.io']) {
      const { applications, problems } = reading({ ...written, group })
      expect(problems).toEqual(problem === null ? [] : [problem])
      expect(applications).toHaveLength(problem === null ? 1 : 0)
    }
  },
)

test('a problem stands at the line and column of the field', () => {
  const text = reading({ destination: ', namspace: shop' }).text
  const { problems } = applicationsIn(text, 'shop.yaml')
  expect(problems[0]?.location).toMatchObject({ file: 'shop.yaml', line: 6, column: 29 })
})

test('fields of Argo CD that are not known are let pass in its own documents, and refused in ours', () => {
  const spec = '  somethingNew: { a: 1 }'
  expect(reading({ spec, group: 'argoproj.io' }).problems).toEqual([])
  expect(reading({ spec }).problems).toHaveLength(1)
})

test('fields of Argo CD that change nothing here may stay in both', () => {
  const spec =
    '  info: [{ name: url, value: https://example.com }]\n  syncPolicy: { retry: { refresh: true } }'
  const source = ', name: main, helm: { version: v3 }, directory: { jsonnet: {} }, plugin: {}'
  for (const group of ['plumbline.dev', 'argoproj.io']) {
    expect(reading({ spec, source, group }).problems).toEqual([])
  }
})

test.each([
  [', plugin: { name: cdk8s }', 'spec.source.plugin is not supported: config management plugins are not run'],
  [
    ', directory: { jsonnet: { libs: [vendor] } }',
    'spec.source.directory.jsonnet is not supported: Jsonnet is not rendered',
  ],
])('what would change the objects is refused: %s', (source, message) => {
  const { problems } = reading({ source, group: 'argoproj.io' })
  expect(problems).toEqual([`${message} (render it before, and commit what comes out)`])
})

test('maps that people fill as they like have no unknown fields', () => {
  const source = ', helm: { valuesObject: { pth: 1, chrt: { kustomise: 2 } } }'
  const spec = '  syncPolicy: { managedNamespaceMetadata: { labels: { label: a } } }'
  expect(reading({ source, spec }).problems).toEqual([])
})

test.each([
  [
    'CreateNamspace=true',
    'the sync option "CreateNamspace=true" is not known (did you mean "CreateNamespace=true"?)',
  ],
  ['CreateNamespace', 'the sync option "CreateNamespace" has no value (write Key=value)'],
  ['Prune=never', 'the sync option "Prune=never" has another value than true, false, confirm (null)'],
  [
    'CreateNamespace=True',
    'the sync option "CreateNamespace=True" has another value than true, false (null)',
  ],
  ['PrunePropagationPolicy=Foreground', null],
  ['SomethingNew=true', null],
])('a sync option that would not be read is said: %s', (option, problem) => {
  const { problems } = reading({ spec: `  syncPolicy: { syncOptions: [${option}] }` })
  expect(problems).toEqual(problem === null ? [] : [problem])
})

test('automated.enabled: false is as if automated were missing', () => {
  const automated = (text: string) =>
    reading({ spec: `  syncPolicy: { automated: { prune: true${text} } }` }).applications[0]?.syncPolicy
      .automated
  expect(automated(', enabled: false')).toBeNull()
  expect(automated(', enabled: true')).toMatchObject({ prune: true })
  expect(automated('')).toMatchObject({ prune: true })
})

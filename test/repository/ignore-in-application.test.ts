import { expect, test } from 'vitest'
import type { FieldIgnore } from '../../src/model/plan.ts'
import { ignoreInApplication } from '../../src/repository/ignore-in-application.ts'

const pointer = (expression: string): FieldIgnore => ({ kind: 'json-pointer', expression })
const path = (expression: string): FieldIgnore => ({ kind: 'jq-path', expression })
const id = 'apps/Deployment/shop/web'

function ignore(text: string, fields: readonly FieldIgnore[], object = id, application = 'shop@dev') {
  return ignoreInApplication({ text, file: 'a.yaml', application }, [{ id: object, fields }])
}

const document = (rest = ''): string => `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata:
  name: shop # the shop
spec:
  source: {repoURL: ., path: app}
  destination: {name: dev}
${rest}`

test('an entry of its own names one object', () => {
  expect(ignore(document(), [pointer('/spec/replicas'), path('.a["b c"]')])).toEqual({
    text: document(`  ignoreDifferences:
  - group: apps
    kind: Deployment
    name: web
    namespace: shop
    jsonPointers:
    - /spec/replicas
    jqPathExpressions:
    - .a["b c"]
`),
    line: 8,
  })
})

test('an object of the core group that no namespace holds', () => {
  const edited = ignore(document(), [pointer('/metadata/labels/a')], '/Namespace//shop')
  expect(edited).toMatchObject({
    text: document(`  ignoreDifferences:
  - kind: Namespace
    name: shop
    jsonPointers:
    - /metadata/labels/a
`),
  })
})

const entries = `  ignoreDifferences:
    # the autoscaler's
    - group: apps
      kind: Deployment
      jsonPointers: ["/spec/replicas"]
    - group: apps
      kind: Deployment
      name: web
      namespace: shop # ours
      jsonPointers:
        - /spec/paused # why
  syncPolicy: {}
`

test('the entry of the same object takes it; one that is wider does not', () => {
  const edited = ignore(document(entries), [pointer('/spec/paused'), pointer('/spec/replicas'), path('.x')])
  expect(edited).toMatchObject({
    text: document(
      entries.replace('# why\n', '# why\n        - /spec/replicas\n      jqPathExpressions:\n        - .x\n'),
    ),
  })
})

test('what it says already is not said twice', () => {
  expect(ignore(document(entries), [pointer('/spec/paused')])).toEqual({ text: null, line: 8 })
})

test('the document of the application is found among others', () => {
  const text = `# both\n${document().replace('name: shop', 'name: other')}---\n\n# mine\n${document()}`
  expect(ignore(text, [pointer('/spec/replicas')])).toMatchObject({
    text: `${text}  ignoreDifferences:
  - group: apps
    kind: Deployment
    name: web
    namespace: shop
    jsonPointers:
    - /spec/replicas
`,
  })
})

test('documents of Flux have no such field', () => {
  const flux = `apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: shop}
spec: {path: ./app}
`
  expect(ignore(flux, [pointer('/spec/replicas')])).toEqual({
    refused: expect.stringContaining("Flux's documents have no field"),
  })
})

test('a template is left alone', () => {
  const text = `${document()}---\na: {{ .Values.x }}\n`
  expect(ignore(text, [pointer('/spec/replicas')])).toHaveProperty('refused')
})

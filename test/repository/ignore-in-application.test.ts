import { expect, test } from 'vitest'
import type { FieldIgnore } from '../../src/model/plan.ts'
import { driftOf } from '../../src/engine/drift.ts'
import { planFrom } from '../../src/engine/plan.ts'
import { applicationsIn } from '../../src/repository/find-applications.ts'
import { edited } from '../builders/edited.ts'
import { deployment } from '../builders/objects.ts'
import { desired, key, planInput, synced } from '../builders/plan-input.ts'
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

test('once it says so, neither plan nor drift finds anything in those fields, and both do in others', () => {
  const inApp = ['f:spec', 'f:template', 'f:spec', 'f:containers', 'k:{"name":"app"}']
  const git = deployment({ env: { A: '1' } })
  const live = edited(
    edited(synced(git), [...inApp, 'f:env', 'k:{"name":"A"}', 'f:value'], '2'),
    ['f:spec', 'f:replicas'],
    9,
  )
  const look = (text: string, now = live) => {
    const [app] = applicationsIn(text, 'a.yaml').applications
    const inShop = { ...app!, destination: { ...app!.destination, namespace: 'shop' } }
    const objects = desired([git], inShop)
    const read = new Map([[objects[0]!.id, { kind: 'live', object: now } as const]])
    return {
      drift: driftOf({ desired: objects, live: read, application: inShop, redactionKey: key }),
      plan: planFrom(planInput({ head: [git], live: [now], app: inShop })).changes,
    }
  }
  const { drift, plan } = look(document())
  expect(drift[0]?.fields).toHaveLength(2)
  expect(plan).toHaveLength(1)
  const fields = drift[0]!.fields.flatMap(it => it.ignore ?? [])
  const edit = ignore(document(), fields, drift[0]!.id)
  const text = 'text' in edit ? edit.text! : ''
  expect(look(text)).toEqual({ drift: [], plan: [] })
  const image = look(text, edited(live, [...inApp, 'f:image'], 'other:1'))
  expect(image.drift[0]?.fields.map(it => it.path)).toEqual(['/spec/template/spec/containers/0/image'])
  expect(image.plan[0]?.fields.map(it => it.path)).toEqual(['/spec/template/spec/containers/0/image'])
})

import { describe, expect, test } from 'vitest'
import { driftOf } from '../../src/engine/drift.ts'
import { narrowestIgnore } from '../../src/engine/narrowest-ignore.ts'
import { planFrom } from '../../src/engine/plan.ts'
import type { IgnoreDifference } from '../../src/model/application.ts'
import type { KubernetesObject } from '../../src/model/object.ts'
import type { FieldChange, FieldIgnore } from '../../src/model/plan.ts'
import { application } from '../builders/application.ts'
import { edited } from '../builders/edited.ts'
import { deployment } from '../builders/objects.ts'
import { desired, key, planInput, synced } from '../builders/plan-input.ts'

const inApp = ['f:spec', 'f:template', 'f:spec', 'f:containers', 'k:{"name":"app"}']

test.each<{ steps: readonly string[]; ignore: FieldIgnore | null }>([
  { steps: ['f:spec', 'f:replicas'], ignore: { kind: 'json-pointer', expression: '/spec/replicas' } },
  {
    steps: ['f:metadata', 'f:annotations', 'f:example.com/a~b'],
    ignore: { kind: 'json-pointer', expression: '/metadata/annotations/example.com~1a~0b' },
  },
  { steps: ['f:rules', 'i:0', 'f:verbs'], ignore: { kind: 'json-pointer', expression: '/rules/0/verbs' } },
  {
    steps: [...inApp, 'f:image'],
    ignore: {
      kind: 'jq-path',
      expression: '.spec.template.spec.containers[] | select(.name == "app") | .image',
    },
  },
  {
    steps: [...inApp, 'f:args', 'i:1'],
    ignore: {
      kind: 'jq-path',
      expression: '.spec.template.spec.containers[] | select(.name == "app") | .args[1]',
    },
  },
  {
    steps: [...inApp, 'f:env', 'k:{"name":"A"}', 'f:value'],
    ignore: {
      kind: 'jq-path',
      expression:
        '.spec.template.spec.containers[] | select(.name == "app") | .env[] | select(.name == "A") | .value',
    },
  },
  {
    steps: ['f:spec', 'f:ports', 'k:{"port":80,"protocol":"TCP"}', 'f:end'],
    ignore: {
      kind: 'jq-path',
      expression:
        '.spec.ports[] | select(.port == 80 and (.protocol == "TCP" or .protocol == null)) | .["end"]',
    },
  },
  {
    steps: ['f:spec', 'f:a.b', 'f:c d', 'k:{"name":"x\\"y"}'],
    ignore: { kind: 'jq-path', expression: '.spec["a.b"]["c d"][] | select(.name == "x\\"y")' },
  },
  { steps: ['f:metadata', 'f:finalizers', 'v:"a"'], ignore: null },
  { steps: ['f:metadata', 'f:labels', 'f:plumbline.dev/application'], ignore: null },
  { steps: [], ignore: null },
])('$steps is ignored by $ignore.expression', ({ steps, ignore }) => {
  expect(narrowestIgnore(steps)).toEqual(ignore)
})

const side = { name: 'side', image: 'side:1', env: [{ name: 'A', value: '1' }] }

/** Two containers of the same shape, so that what ignores one can be seen to leave the other alone. */
function git(): KubernetesObject {
  const object = structuredClone(deployment({ env: { A: '1', B: '2' } })) as { spec: Spec } & KubernetesObject
  object.spec.template.spec.containers.push(structuredClone(side))
  Object.assign(object.spec.template.spec.containers[0] ?? {}, {
    args: ['--a', '--b'],
    ports: [{ containerPort: 80 }, { containerPort: 81 }],
  })
  Object.assign(object.metadata, { annotations: { 'example.com/note': 'old', other: 'old' } })
  return object
}

interface Spec {
  readonly template: { readonly spec: { readonly containers: object[] } }
}

const inSide = [...inApp.slice(0, -1), 'k:{"name":"side"}']

interface Edit {
  readonly steps: readonly string[]
  readonly value: unknown
}

function changed(edits: readonly Edit[]): KubernetesObject {
  return edits.reduce((live, { steps, value }) => edited(live, steps, value), synced(git()))
}

function drift(live: KubernetesObject, rules: readonly IgnoreDifference[] = []): readonly FieldChange[] {
  const app = application({ ignoreDifferences: rules })
  const objects = desired([git()], app)
  const [{ id } = { id: '' }] = objects
  const read = new Map([[id, { kind: 'live', object: live } as const]])
  return driftOf({ desired: objects, live: read, application: app, redactionKey: key }).flatMap(
    it => it.fields,
  )
}

function ruleOf({ kind, expression }: FieldIgnore): IgnoreDifference {
  return {
    group: 'apps',
    kind: 'Deployment',
    name: 'frontend',
    namespace: 'shop',
    jsonPointers: kind === 'json-pointer' ? [expression] : [],
    jqPathExpressions: kind === 'jq-path' ? [expression] : [],
    managedFieldsManagers: [],
  }
}

describe('what a drifted field says ignores it ignores that field and no other', () => {
  const other: Edit = { steps: [...inSide, 'f:image'], value: 'side:2' }
  test.each<Edit & { readonly what: string }>([
    { what: 'a number', steps: ['f:spec', 'f:replicas'], value: 7 },
    { what: 'an annotation', steps: ['f:metadata', 'f:annotations', 'f:example.com/note'], value: 'new' },
    {
      what: 'an annotation that is gone',
      steps: ['f:metadata', 'f:annotations', 'f:other'],
      value: undefined,
    },
    { what: "a container's image", steps: [...inApp, 'f:image'], value: 'other:1' },
    { what: 'a variable', steps: [...inApp, 'f:env', 'k:{"name":"A"}', 'f:value'], value: '9' },
    { what: 'a variable that is gone', steps: [...inApp, 'f:env', 'k:{"name":"B"}'], value: undefined },
    { what: 'an argument', steps: [...inApp, 'f:args'], value: ['--a', '--c'] },
    { what: 'arguments', steps: [...inApp, 'f:args'], value: ['--c'] },
    {
      what: 'a port that is gone',
      steps: [...inApp, 'f:ports', 'k:{"containerPort":81,"protocol":"TCP"}'],
      value: undefined,
    },
    {
      what: "a port's name",
      steps: [...inApp, 'f:ports', 'k:{"containerPort":80,"protocol":"TCP"}', 'f:name'],
      value: 'http',
    },
  ])('$what', ({ steps, value, what }) => {
    const live = changed([{ steps, value }, other])
    const before = drift(live)
    const mine = before.filter(it => !it.path.startsWith('/spec/template/spec/containers/1/'))
    // A name that nobody wrote in Git is not ours, and so no drift.
    expect(before.length, what).toBe(what === "a port's name" ? 1 : 2)
    const rules = mine.map(it => ruleOf(it.ignore!))
    expect(drift(live, rules).map(it => it.path)).toEqual(['/spec/template/spec/containers/1/image'])
  })

  test('in the plan as well', () => {
    const live = changed([{ steps: [...inApp, 'f:image'], value: 'other:1' }])
    const rules = drift(live).map(it => ruleOf(it.ignore!))
    const changesWith = (ignoreDifferences: readonly IgnoreDifference[]) =>
      planFrom(planInput({ head: [git()], live: [live], app: application({ ignoreDifferences }) })).changes
    expect(changesWith([])).toHaveLength(1)
    expect(changesWith(rules)).toEqual([])
  })

  test('a changed order of a list is not ignored: that would ignore the list', () => {
    const live = changed([
      {
        steps: inApp.slice(0, -1),
        value: [side, ...(git() as unknown as { spec: Spec }).spec.template.spec.containers.slice(0, 1)],
      },
    ])
    expect(drift(live).map(it => it.ignore)).toEqual([null])
  })
})

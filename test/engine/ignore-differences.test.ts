import { describe, expect, test } from 'vitest'
import { ignoreProblems, withoutIgnored } from '../../src/engine/ignore-differences.ts'
import { parseJqPath } from '../../src/engine/jq-path.ts'
import { planFrom } from '../../src/engine/plan.ts'
import type { IgnoreDifference } from '../../src/model/application.ts'
import { identityOf } from '../../src/model/identity.ts'
import type { KubernetesObject } from '../../src/model/object.ts'
import { application } from '../builders/application.ts'
import { appliedEntry, updateEntry } from '../builders/managed-fields.ts'
import { deployment, managedBy, withMeta } from '../builders/objects.ts'
import { planInput, synced } from '../builders/plan-input.ts'

function rule(said: Partial<IgnoreDifference>): IgnoreDifference {
  return {
    group: null,
    kind: 'Deployment',
    name: null,
    namespace: null,
    jsonPointers: [],
    jqPathExpressions: [],
    managedFieldsManagers: [],
    ...said,
  }
}

const replicas = rule({ jsonPointers: ['/spec/replicas'] })

function ignored(
  object: KubernetesObject,
  live: KubernetesObject | null,
  ...rules: readonly IgnoreDifference[]
): Record<string, unknown> {
  return withoutIgnored(object, live, rules, identityOf(object)).spec as Record<string, unknown>
}

describe('an ignored field', () => {
  test('is not written when the cluster has the object', () => {
    expect(ignored(deployment(), deployment({ replicas: 5 }), replicas)).not.toHaveProperty('replicas')
  })

  test('is written when the object is new, for it may be required', () => {
    expect(ignored(deployment(), null, replicas)).toHaveProperty('replicas', 2)
  })

  test("keeps live's value while it is ours: leaving it out would remove it", () => {
    expect(ignored(deployment({ replicas: 3 }), synced(deployment()), replicas)).toHaveProperty('replicas', 2)
  })

  test('that Git no longer has, but is ours, is kept as well', () => {
    const { replicas: _gone, ...spec } = deployment().spec as Record<string, unknown>
    expect(ignored({ ...deployment(), spec }, synced(deployment()), replicas)).toHaveProperty('replicas', 2)
  })

  test('may be named by the manager that owns it', () => {
    const live = managedBy(
      deployment({ replicas: 5 }),
      updateEntry('autoscaler', { 'f:spec': { 'f:replicas': {} } }),
    )
    expect(ignored(deployment(), live, rule({ managedFieldsManagers: ['autoscaler'] }))).not.toHaveProperty(
      'replicas',
    )
  })

  test('is found in a list by its key, wherever live has the item', () => {
    const live = withMeta(
      { ...deployment(), spec: { containers: [{ name: 'side' }, { name: 'app', image: 'app:2' }] } },
      {
        managedFields: [
          appliedEntry({ ...deployment(), spec: { containers: [{ name: 'app', image: 'app:2' }] } }),
        ],
      },
    )
    const git = { ...deployment(), spec: { containers: [{ name: 'app', image: 'app:1' }] } }
    const image = rule({ jqPathExpressions: ['.spec.containers[] | select(.name == "app") | .image'] })
    expect(ignored(git, live, image)).toEqual({ containers: [{ name: 'app', image: 'app:2' }] })
  })

  test("inside of a list that is written as a whole takes live's value, whoever owns the list", () => {
    const withArgs = (...args: string[]) => ({ ...deployment(), spec: { args } })
    const live = managedBy(withArgs('a', 'changed'), updateEntry('injector', { 'f:spec': { 'f:args': {} } }))
    const second = rule({ jsonPointers: ['/spec/args/1'] })
    expect(ignored(withArgs('new', 'b'), live, second)).toEqual({ args: ['new', 'changed'] })
  })

  test('does not show in a plan', () => {
    const app = application({ ignoreDifferences: [replicas] })
    const live = withMeta(deployment({ replicas: 5 }), {
      labels: { 'plumbline.dev/application': app.name },
      managedFields: [appliedEntry(deployment())],
    })
    const plan = planFrom(planInput({ app, head: [deployment()], base: [deployment()], live: [live] }))
    expect(plan.changes).toEqual([])
  })
})

test.each([
  [{ kind: 'Deployment' }, true],
  [{ kind: '*' }, true],
  [{ kind: 'Service' }, false],
  [{ group: 'apps' }, true],
  [{ group: 'batch' }, false],
  [{ name: 'frontend', namespace: 'shop' }, true],
  [{ name: 'backend' }, false],
  [{ namespace: 'other' }, false],
  [{ group: 'ap*' }, true],
  [{ group: 'extensions' }, true],
  [{ kind: '*ment' }, true],
  [{ kind: '*Set' }, false],
])('a rule for %o holds for Deployment shop/frontend: %s', (selector, holds) => {
  const spec = ignored(deployment(), deployment({ replicas: 5 }), { ...replicas, ...selector })
  expect(!('replicas' in spec)).toBe(holds)
})

describe('jq paths', () => {
  const value = {
    spec: {
      containers: [
        { name: 'app', image: 'a' },
        { name: 'side', image: 'b' },
      ],
      'a.b/c': 1,
    },
  }

  test.each([
    ['.spec.containers[].image', ['spec/containers/0/image', 'spec/containers/1/image']],
    ['.spec.containers[1].image', ['spec/containers/1/image']],
    ['.spec.containers[] | select(.name == "side") | .image', ['spec/containers/1/image']],
    ['.spec.containers[]|select(.name=="side").image', ['spec/containers/1/image']],
    ['.spec.containers[]?.image', ['spec/containers/0/image', 'spec/containers/1/image']],
    ['.spec["a.b/c"]', ['spec/a.b/c']],
    ['.spec."a.b/c"', ['spec/a.b/c']],
    ['.["spec"].containers', ['spec/containers']],
    ['.spec.nothing', []],
    ['.spec.containers[-1].image', ['spec/containers/1/image']],
    ['.spec.containers[0].image, .spec."a.b/c"', ['spec/containers/0/image', 'spec/a.b/c']],
    ['.spec.containers[] | select(.name != "app") | .image', ['spec/containers/1/image']],
    ['.spec.containers[] | select(.name | startswith("si")) | .image', ['spec/containers/1/image']],
    ['.spec.containers[] | select(.name | endswith("pp")).image', ['spec/containers/0/image']],
    ['.spec.containers[] | select(.image | contains("b") | not) | .image', ['spec/containers/0/image']],
    [
      '.spec.containers[] | select((.name == "app" or .name == "side") and .image == "b") | .image',
      ['spec/containers/1/image'],
    ],
    ['.spec | select(has("a.b/c")) | .containers', ['spec/containers']],
    ['.spec.containers[] | select(.ports) | .image', []],
    ['.spec.containers[] | select(.name == "none") | .image', []],
  ])('%s finds %o', (expression, found) => {
    expect(
      parseJqPath(expression)
        ?.find(value)
        .map(tokens => tokens.join('/')),
    ).toEqual(found)
  })

  test.each([
    '.a[1.5]',
    '.a[',
    'select(.a == )',
    '.a ||.b',
    '.a, ',
    '"a"',
    '.a "\\q"',
    '.a | map(.b)',
    '.a[] | select(.b | test("x"))',
    'del(.a)',
    '..',
    '.',
    '',
  ])('%s is not understood', expression => {
    expect(parseJqPath(expression)).toBeNull()
  })
})

test('what cannot be ignored is a problem that names the rule', () => {
  const rules = [
    rule({ jqPathExpressions: ['.a | map(.b)', '.spec.replicas'], jsonPointers: ['spec', '/spec'] }),
  ]
  expect(ignoreProblems(rules, { file: 'apps/shop.yaml', line: 1 })).toMatchObject([
    {
      code: 'unsupported-ignore',
      message: expect.stringContaining('.a | map(.b)'),
      location: { file: 'apps/shop.yaml' },
    },
    { code: 'unsupported-ignore', message: expect.stringContaining('"spec"') },
  ])
})

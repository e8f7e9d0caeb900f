import { describe, expect, test } from 'vitest'
import { goesSlowly, whyNotGone } from '../../src/engine/not-gone.ts'
import { expectsKind, keepOf, mayReplace, prunePropagation } from '../../src/engine/sync-options.ts'
import { application } from '../builders/application.ts'
import { annotated, configMap, definition, namespace, withMeta } from '../builders/objects.ts'

const saying = (...syncOptions: string[]) =>
  application({ syncPolicy: { ...application().syncPolicy, syncOptions } })
const object = (options?: string) =>
  options === undefined ? configMap() : annotated(configMap(), { 'argocd.argoproj.io/sync-options': options })

describe('what keeps an object', () => {
  test.each([
    { own: undefined, all: [], removed: false, keep: null },
    { own: 'Prune=false', all: [], removed: false, keep: 'for-good' },
    { own: ' Prune=false , Validate=false', all: [], removed: false, keep: 'for-good' },
    { own: undefined, all: ['Prune=false'], removed: false, keep: 'for-good' },
    { own: 'Prune=confirm', all: ['Prune=false'], removed: false, keep: 'confirmed' },
    { own: 'Prune=true', all: ['Prune=confirm'], removed: false, keep: null },
    { own: 'Delete=false', all: [], removed: false, keep: null },
    { own: 'Delete=false', all: [], removed: true, keep: 'for-good' },
    { own: 'Prune=false', all: [], removed: true, keep: 'for-good' },
    { own: 'Delete=confirm,Prune=false', all: [], removed: true, keep: 'for-good' },
    { own: undefined, all: ['Delete=confirm'], removed: true, keep: 'confirmed' },
    { own: 'prune=false', all: [], removed: false, keep: null },
    { own: 'Prune', all: [], removed: false, keep: null },
  ])('that says $own, its application $all, removed $removed: $keep', ({ own, all, removed, keep }) => {
    expect(keepOf(object(own), saying(...all), { removed })?.until ?? null).toBe(keep)
  })

  test('may be the word of Helm', () => {
    const kept = annotated(configMap(), { 'helm.sh/resource-policy': 'keep' })
    expect(keepOf(kept, saying(), { removed: true })).toMatchObject({ until: 'for-good' })
  })
})

test.each([
  { own: undefined, all: [], may: false },
  { own: 'Force=true', all: [], may: true },
  { own: 'Replace=false', all: ['Replace=true'], may: false },
  { own: undefined, all: ['Replace=true'], may: true },
])('an object that says $own, its application $all, may be replaced: $may', ({ own, all, may }) => {
  expect(mayReplace(object(own), saying(...all))).toBe(may)
})

test.each([
  { said: [], propagation: 'Background' },
  { said: ['PrunePropagationPolicy=foreground'], propagation: 'Foreground' },
  { said: ['PrunePropagationPolicy=Orphan'], propagation: 'Orphan' },
  { said: ['PrunePropagationPolicy=toString'], propagation: 'Background' },
])('an application that says $said prunes in the $propagation', ({ said, propagation }) => {
  expect(prunePropagation(saying(...said))).toBe(propagation)
})

test('our own annotation is read before that of Argo CD', () => {
  const both = annotated(object('SkipDryRunOnMissingResource=true'), {
    'plumbline.dev/sync-options': 'SkipDryRunOnMissingResource=false',
  })
  expect(expectsKind(both, saying())).toBe(false)
  expect(expectsKind(object('SkipDryRunOnMissingResource=true'), saying())).toBe(true)
})

describe('what is still being deleted', () => {
  const condition = (type: string, message: string) => ({ type, status: 'True', message })

  test.each([
    {
      live: withMeta(configMap(), { finalizers: ['example.com/hold'] }),
      why: 'it waits for its finalizer example.com/hold',
    },
    {
      live: withMeta(configMap(), { finalizers: ['a/b', 'c/d'] }),
      why: 'it waits for its finalizers a/b, c/d',
    },
    { live: configMap(), why: 'it has not ended yet' },
    {
      live: {
        ...namespace(),
        status: {
          conditions: [
            condition(
              'NamespaceContentRemaining',
              'Some resources are remaining: configmaps. has 1 resource instances',
            ),
            condition(
              'NamespaceFinalizersRemaining',
              'Some content has finalizers remaining: a/b in 1 resource instances',
            ),
          ],
        },
      },
      why: 'Some content has finalizers remaining: a/b in 1 resource instances; Some resources are remaining: configmaps. has 1 resource instances',
    },
  ])('says why: $why', ({ live, why }) => {
    expect(whyNotGone(live)).toBe(why)
  })

  test.each([
    { live: configMap(), slow: false },
    { live: withMeta(configMap(), { finalizers: ['a/b'] }), slow: true },
    { live: { ...namespace(), spec: { finalizers: ['kubernetes'] } }, slow: true },
    { live: definition(), slow: true },
  ])('$live.kind goes slowly: $slow', ({ live, slow }) => {
    expect(goesSlowly(live)).toBe(slow)
  })
})

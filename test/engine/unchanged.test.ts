import { expect, test } from 'vitest'
import { provesUnchanged } from '../../src/engine/unchanged.ts'
import type { KubernetesObject } from '../../src/model/object.ts'
import { appliedEntry, updateEntry } from '../builders/managed-fields.ts'
import { deployment, managedBy, withMeta } from '../builders/objects.ts'

/** Live as the server leaves it after `applied` was applied by us; `stored` is its own form of it. */
function live(applied: KubernetesObject, stored: KubernetesObject = applied): KubernetesObject {
  return withMeta(stored, { uid: 'u', managedFields: [appliedEntry(applied)] })
}

function withSpec(object: KubernetesObject, fields: object): KubernetesObject {
  return { ...object, spec: { ...(object.spec as object), ...fields } }
}

const withLimit = (cpu: unknown, apiVersion = 'apps/v1'): KubernetesObject => ({
  ...deployment(),
  apiVersion,
  spec: { containers: [{ name: 'app', resources: { limits: { cpu } } }] },
})

const plain = deployment()
const two = (...names: readonly string[]): KubernetesObject =>
  withSpec(plain, { containers: names.map(name => ({ name, image: `${name}:1` })) })

test.each([
  { what: 'as applied', desired: plain, found: live(plain), proved: true },
  {
    what: 'with defaults of the server',
    desired: plain,
    found: live(plain, withSpec(plain, { paused: false })),
    proved: true,
  },
  {
    what: 'with fields of others',
    desired: plain,
    found: managedBy(
      live(plain, withSpec(plain, { x: 1 })),
      updateEntry('someone', { 'f:spec': { 'f:x': {} } }),
    ),
    proved: true,
  },
  { what: 'with another value', desired: deployment({ replicas: 3 }), found: live(plain), proved: false },
  {
    what: 'with one field more rendered',
    desired: withSpec(plain, { paused: true }),
    found: live(plain),
    proved: false,
  },
  {
    what: 'with one field less rendered',
    desired: plain,
    found: live(withSpec(plain, { paused: true })),
    proved: false,
  },
  {
    what: 'with an equal value that another manager owns',
    desired: plain,
    found: withMeta(plain, { managedFields: [appliedEntry(plain, { manager: 'helm' })] }),
    proved: false,
  },
  { what: 'never applied by us', desired: plain, found: plain, proved: false },
  {
    what: 'being deleted',
    desired: plain,
    found: withMeta(live(plain), { deletionTimestamp: '2026-01-01T00:00:00Z' }),
    proved: false,
  },
  {
    what: 'applied in another version of its API',
    desired: { ...plain, apiVersion: 'apps/v1beta1' },
    found: live(plain),
    proved: false,
  },
  {
    what: 'with a quantity in the form of the server',
    desired: withLimit('0.1'),
    found: live(withLimit('0.1'), withLimit('100m')),
    proved: true,
  },
  {
    what: 'with another quantity',
    desired: withLimit('0.2'),
    found: live(withLimit('0.1'), withLimit('100m')),
    proved: false,
  },
  {
    what: 'with a like quantity in a custom resource, which stores what was written',
    desired: withLimit('0.1', 'example.com/v1'),
    found: live(withLimit('100m', 'example.com/v1')),
    proved: false,
  },
  {
    what: 'with a false that the server does not store',
    desired: withSpec(plain, { hostNetwork: false }),
    found: live(withSpec(plain, { hostNetwork: false }), plain),
    proved: true,
  },
  {
    what: 'with a false that we never applied',
    desired: withSpec(plain, { hostNetwork: false }),
    found: live(plain),
    proved: false,
  },
  {
    what: 'with its containers in another order',
    desired: two('b', 'a'),
    found: live(two('a', 'b')),
    proved: false,
  },
  {
    what: 'with a container of others between ours',
    desired: two('a', 'b'),
    found: live(two('a', 'b'), two('a', 'x', 'b')),
    proved: true,
  },
  {
    what: 'with a container of ours that somebody removed',
    desired: two('a', 'b'),
    found: live(two('a', 'b'), two('a')),
    proved: false,
  },
])('live $what: proved $proved', ({ desired, found, proved }) => {
  expect(provesUnchanged(desired, found)).toBe(proved)
})

const claims = (storage: string, more: object = {}): KubernetesObject =>
  withSpec(plain, {
    volumeClaimTemplates: [
      { metadata: { name: 'data' }, spec: { resources: { requests: { storage } } }, ...more },
    ],
  })
const stored = claims('1Gi', { kind: 'PersistentVolumeClaim', status: { phase: 'Pending' } })

/** The server's set for items of `x-kubernetes-map-type: atomic`. */
function withWholeItem(object: KubernetesObject): KubernetesObject {
  const entry = appliedEntry(object)
  const spec = { ...entry.fieldsV1?.['f:spec'], 'f:imagePullSecrets': { 'k:{"name":"login"}': {} } }
  return withMeta(object, { managedFields: [{ ...entry, fieldsV1: { ...entry.fieldsV1, 'f:spec': spec } }] })
}

const [ownPort, otherPort] = [8080, 9090].map(port => withSpec(plain, { ports: [{ port }] }))

test.each([
  {
    what: 'an atomic list as applied, with defaults',
    desired: claims('1024Mi'),
    found: live(claims('1024Mi'), stored),
    lastApplied: claims('1024Mi'),
    proved: true,
  },
  {
    what: 'an atomic list of which nobody knows what was applied',
    desired: claims('1024Mi'),
    found: live(claims('1024Mi'), stored),
    lastApplied: null,
    proved: false,
  },
  {
    what: 'an atomic list that Git changes',
    desired: claims('2Gi'),
    found: live(claims('1024Mi'), stored),
    lastApplied: claims('1024Mi'),
    proved: false,
  },
  {
    what: 'a list that somebody took from us',
    desired: ownPort!,
    found: withMeta(otherPort!, { managedFields: [appliedEntry(plain)] }),
    lastApplied: ownPort!,
    proved: false,
  },
  {
    what: 'a field that is gone',
    desired: claims('1Gi'),
    found: live(claims('1Gi'), plain),
    lastApplied: claims('1Gi'),
    proved: false,
  },
  {
    what: 'an item that is owned as a whole',
    desired: withSpec(plain, { imagePullSecrets: [{ name: 'login' }] }),
    found: withWholeItem(withSpec(plain, { imagePullSecrets: [{ name: 'login' }] })),
    lastApplied: null,
    proved: true,
  },
])('$what: proved $proved', ({ desired, found, lastApplied, proved }) => {
  expect(provesUnchanged(desired, found, lastApplied)).toBe(proved)
})

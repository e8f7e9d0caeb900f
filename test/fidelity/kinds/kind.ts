import type { JsonObject } from '../../../src/engine/json.ts'
import type { KubernetesObject } from '../../../src/model/object.ts'
import type { At } from '../at.ts'

/** A place of an object that people write, with what they write there. */
export interface Field {
  readonly at: At
  /** In every form that people use. */
  readonly values: readonly unknown[]
  /** What the API server refuses, or what only a new object could have. Written seldom. */
  readonly odd?: readonly unknown[]
  /**
   * `append`: one more item of a list, whatever is there. `reverse`: turns the order of a list. `inside`: the value is set where what
   * it belongs to is there. Default: the value is set.
   */
  readonly how?: 'set' | 'inside' | 'append' | 'reverse'
}

/** What a sequence can write of one kind. */
export interface Kind {
  readonly apiVersion: string
  readonly kind: string
  readonly scope: 'namespaced' | 'cluster'
  /** Whether the server knows strategic merge patches of it. */
  readonly custom?: boolean
  /** The least that is valid. */
  base(name: string): JsonObject
  readonly fields: Readonly<Record<string, Field>>
  /** What its controller would write into its status once all is well; undefined when it has none. */
  status?(object: KubernetesObject): JsonObject
}

/** Fields that every object has. */
const commonFields: Readonly<Record<string, Field>> = {
  'label tier': {
    at: ['metadata', 'labels', 'tier'],
    values: ['front', 'back', ''],
    odd: ['not a label!', 1],
  },
  'label version': { at: ['metadata', 'labels', 'app.kubernetes.io/version'], values: ['1.10', '1.1'] },
  'annotation note': {
    at: ['metadata', 'annotations', 'example.com/note'],
    values: ['one', 'two\nlines', ''],
  },
  'annotation owner': { at: ['metadata', 'annotations', 'owner'], values: ['shop', 'billing'], odd: [true] },
  labels: { at: ['metadata', 'labels'], values: [{}, null] },
  annotations: { at: ['metadata', 'annotations'], values: [{}, null] },
  'sync option': {
    at: ['metadata', 'annotations', 'plumbline.dev/sync-options'],
    values: ['Replace=true', 'Force=true', 'Prune=false'],
  },
  finalizers: { at: ['metadata', 'finalizers'], values: [[]] },
  status: { at: ['status'], values: [{}, { observedGeneration: 1 }] },
  'creation time': { at: ['metadata', 'creationTimestamp'], values: [null] },
}

/** A kind with the fields that every object has. Those that empty a map come first, for they are written over by its members. */
export function defineKind(kind: Kind): Kind {
  const { labels, annotations, ...common } = commonFields as Record<'labels' | 'annotations', Field>
  return { ...kind, fields: { labels, annotations, ...common, ...kind.fields } }
}

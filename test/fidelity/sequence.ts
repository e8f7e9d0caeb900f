import fc from 'fast-check'

/**
 * What happens to one application, as numbers that are looked up in what there is to write: so every part of it can be left out or
 * made simpler, and what is left still means something.
 */
export interface Sequence {
  readonly admission: Admission
  readonly objects: readonly ObjectSeed[]
  /** What happens before each plan and sync. */
  readonly rounds: readonly (readonly EditSeed[])[]
}

/** Who else changes objects on their way into the cluster. */
export type Admission = (typeof admissions)[number]
export const admissions = ['none', 'annotates', 'injects', 'rewrites', 'policy'] as const

export interface ObjectSeed {
  readonly kind: number
  /** Whether Git names its namespace. */
  readonly placed: boolean
  readonly fields: readonly FieldSeed[]
  readonly start: Start
}

export interface FieldSeed {
  readonly field: number
  readonly value: number
}

/** Where an object comes from: Git, from the beginning or later on; or it is there already, made by other means. */
export type Start = (typeof starts)[number]
const starts = ['git', 'later', 'kubectl apply', 'kubectl apply --server-side', 'kubectl create'] as const

export interface EditSeed extends FieldSeed {
  readonly object: number
  readonly how: Edit
}

export type GitEdit = 'git set' | 'git unset' | 'git drop' | 'git again'
export type HandEdit =
  | 'merge patch'
  | 'json patch'
  | 'strategic patch'
  | 'server-side apply'
  | 'replace'
  | 'remove'
  | 'delete'
  | 'scale'
  | 'kubectl apply'
  | 'write status'
  | 'forget owners'
  | 'strip label'
  | 'label for another'
type Edit = GitEdit | HandEdit

const weights: Readonly<Record<Edit, number>> = {
  'git set': 40,
  'git unset': 16,
  'git drop': 6,
  'git again': 4,
  'merge patch': 12,
  'json patch': 12,
  'strategic patch': 12,
  'server-side apply': 14,
  replace: 8,
  remove: 14,
  delete: 4,
  scale: 6,
  'kubectl apply': 2,
  'write status': 3,
  'forget owners': 2,
  'strip label': 2,
  'label for another': 1,
}

const seed = fc.nat(9999)
const field: fc.Arbitrary<FieldSeed> = fc.record({ field: seed, value: seed })
const how = fc.oneof(
  ...Object.entries(weights).map(([name, weight]) => ({ weight, arbitrary: fc.constant(name as Edit) })),
)
const start = fc.oneof(
  { weight: 6, arbitrary: fc.constant<Start>('git') },
  { weight: 1, arbitrary: fc.constant<Start>('later') },
  { weight: 1, arbitrary: fc.constant<Start>('kubectl apply --server-side') },
  { weight: 1, arbitrary: fc.constant<Start>('kubectl create') },
  { weight: 1, arbitrary: fc.constant<Start>('kubectl apply') },
)

export const sequences: fc.Arbitrary<Sequence> = fc.record({
  admission: fc.oneof(
    { weight: 6, arbitrary: fc.constant<Admission>('none') },
    ...admissions.slice(1).map(name => ({ weight: 1, arbitrary: fc.constant(name) })),
  ),
  objects: fc.array(
    fc.record({ kind: seed, placed: fc.boolean(), fields: fc.array(field, { maxLength: 9 }), start }),
    { minLength: 1, maxLength: 6, size: 'max' },
  ),
  rounds: fc.array(
    fc.array(fc.record({ object: seed, field: seed, value: seed, how }), { maxLength: 6, size: 'max' }),
    {
      minLength: 2,
      maxLength: 4,
      size: 'max',
    },
  ),
})

import type { Schema } from './to-json-schema.ts'

/**
 * Places where the published description contradicts both itself and what GitHub answers. Each says what is wrong, and is
 * written into the extraction, so that nobody takes the extraction for the description word by word.
 */
export interface Correction {
  readonly operation: string
  readonly status: string
  readonly why: string
  readonly schema: Schema
}

export const corrections: readonly Correction[] = [
  {
    operation: 'apps/list-installations',
    status: '200',
    why: 'demands an account that is a user and an enterprise at once; apps/get-installation has the right schema',
    schema: { type: 'array', items: { $ref: '#/components/installation' } },
  },
]

/** The same inside of a component. */
export interface ComponentCorrection {
  readonly component: string
  readonly at: readonly string[]
  readonly why: string
  readonly schema: Schema
}

const eventsOfSuite = ['properties', 'check_suite', 'properties', 'app', 'properties', 'events', 'items']

export const componentCorrections: readonly ComponentCorrection[] = [
  {
    component: 'webhook-check-suite-rerequested',
    at: eventsOfSuite,
    why: 'knows fewer events of the app than webhook-check-suite-requested, such as merge_group',
    schema: { type: 'string' },
  },
]

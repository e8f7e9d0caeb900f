/** KWOK's Stage: what happens next to an object that looks like this. https://kwok.sigs.k8s.io/docs/user/stages-configuration/ */
export interface Stage {
  readonly apiVersion: 'kwok.x-k8s.io/v1alpha1'
  readonly kind: 'Stage'
  readonly metadata: { readonly name: string }
  readonly spec: {
    readonly resourceRef: { readonly apiGroup: string; readonly kind: string }
    readonly selector: { readonly matchExpressions: readonly { readonly jq: Requirement }[] }
    readonly delay?: { readonly durationMilliseconds: number }
    readonly steps: readonly Step[]
  }
}

/** A jq query on the object, and what its results must be. */
export interface Requirement {
  readonly key: string
  readonly operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist'
  readonly values?: readonly string[]
}

export type Step =
  | { readonly patch: { readonly subresource: 'status'; readonly root: 'status'; readonly template: string } }
  | { readonly apply: { readonly template: string } }
  | {
      readonly event: {
        readonly type: 'Normal' | 'Warning'
        readonly reason: string
        readonly message: string
      }
    }
  | { readonly delete: true }

export interface StageOptions {
  readonly name: string
  readonly kind: 'Node' | 'Pod' | 'Service' | 'PersistentVolumeClaim' | 'PersistentVolume'
  readonly when: readonly Requirement[]
  /** Milliseconds between the match and the steps. */
  readonly after?: number
  readonly steps: readonly Step[]
}

/** A stage of objects that are not being deleted. */
export function stage(options: StageOptions): Stage {
  return anyStage({ ...options, when: [missing('.metadata.deletionTimestamp'), ...options.when] })
}

/** A stage of objects that are being deleted. */
export function deletionStage(options: StageOptions): Stage {
  const deleted: Requirement = { key: '.metadata.deletionTimestamp', operator: 'Exists' }
  return anyStage({ ...options, when: [deleted, ...options.when] })
}

function anyStage({ name, kind, when, after, steps }: StageOptions): Stage {
  return {
    apiVersion: 'kwok.x-k8s.io/v1alpha1',
    kind: 'Stage',
    metadata: { name },
    spec: {
      resourceRef: { apiGroup: 'v1', kind },
      selector: { matchExpressions: when.map(jq => ({ jq })) },
      ...(after === undefined ? {} : { delay: { durationMilliseconds: after } }),
      steps,
    },
  }
}

export function missing(key: string): Requirement {
  return { key, operator: 'DoesNotExist' }
}

export function oneOf(key: string, ...values: readonly string[]): Requirement {
  return { key, operator: 'In', values }
}

export function noneOf(key: string, ...values: readonly string[]): Requirement {
  return { key, operator: 'NotIn', values }
}

/** Merges the YAML that the Go template gives into the object's status. */
export function setStatus(template: string): Step {
  return { patch: { subresource: 'status', root: 'status', template } }
}

export function warn(reason: string, message: string): Step {
  return { event: { type: 'Warning', reason, message } }
}

import type { KubernetesObject } from '../../../src/model/object.ts'
import type { HookPhase } from '../../../src/model/sync.ts'
import { simulating } from './objects.ts'

export interface HookJob {
  /** Ends with exit code 1. */
  readonly fails?: boolean
  readonly policy?: string
  readonly wave?: number
  /** Seconds after its end at which it is deleted by the cluster. */
  readonly ttl?: number
}

/** A Job that runs as a hook. A name that ends with a dash is a generateName. */
export function hookJob(
  name: string,
  hook: HookPhase | 'Skip' | `${HookPhase},${HookPhase}`,
  { fails = false, policy, wave, ttl }: HookJob = {},
): KubernetesObject {
  const object = {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      ...(name.endsWith('-') ? { generateName: name, name: '' } : { name }),
      annotations: {
        'argocd.argoproj.io/hook': hook,
        ...(policy ? { 'argocd.argoproj.io/hook-delete-policy': policy } : {}),
        ...(wave === undefined ? {} : { 'argocd.argoproj.io/sync-wave': String(wave) }),
      },
    },
    spec: {
      backoffLimit: 0,
      ...(ttl === undefined ? {} : { ttlSecondsAfterFinished: ttl }),
      template: {
        metadata: {},
        spec: { restartPolicy: 'Never', containers: [{ name: 'main', image: 'registry.example/tool:1' }] },
      },
    },
  }
  return fails ? simulating('crash', object) : object
}

import type { HealthCheck } from '../../../src/model/application.ts'
import type { KubernetesObject } from '../../../src/model/object.ts'

interface Said {
  readonly spec?: object
  readonly status?: object
  readonly generation?: number
  readonly annotations?: Readonly<Record<string, string>>
  readonly deletionTimestamp?: string
}

/** A live object: `live('apps/v1 Deployment', { status: ... })`. */
export function live(kind: string, { spec, status, ...metadata }: Said = {}): KubernetesObject {
  const [apiVersion = '', name = ''] = kind.split(' ')
  return {
    apiVersion,
    kind: name,
    metadata: { name: 'it', namespace: 'shop', uid: 'u1', ...metadata },
    ...(spec ? { spec } : {}),
    ...(status ? { status } : {}),
  }
}

/** `condition('Ready', 'False', 'NotYet', 'still starting')` */
export function condition(type: string, status: string, reason = '', message = ''): object {
  return { type, status, reason, message }
}

export function check(said: Partial<HealthCheck> & { readonly current: string }): HealthCheck {
  return { apiVersion: 'example.com/v1', kind: 'Widget', inProgress: null, failed: null, ...said }
}

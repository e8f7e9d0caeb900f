import { groupOf } from '../model/identity.ts'
import type { KubernetesObject } from '../model/object.ts'
import { healthOf, type Related } from './health.ts'
import { conditionOf } from './health/verdict.ts'
import { textAt } from './json.ts'

export type HookVerdict =
  | { readonly kind: 'succeeded' }
  /** Has ended badly, for good. */
  | { readonly kind: 'failed'; readonly message: string }
  /** Not ended; `message` says how it is doing. */
  | { readonly kind: 'running'; readonly message: string }

const succeeded: HookVerdict = { kind: 'succeeded' }

/**
 * How a hook stands: Jobs, Pods and Argo Workflows run to an end, anything else has succeeded as soon as it is healthy. What is
 * merely unwell may get over it.
 */
export function hookVerdict(hook: KubernetesObject, related: Related = {}): HookVerdict {
  const { deletionTimestamp, ...metadata } = hook.metadata
  // One that cleans itself up is on its way out as soon as it has ended.
  const object = { ...hook, metadata }
  if (isWorkflow(object)) return workflowVerdict(object)
  const own = healthOf(object, { ...related, pods: [] })
  if (own.status === 'healthy') return succeeded
  const { message } =
    own.status === 'degraded' || own.status === 'progressing' ? healthOf(object, related) : own
  if (hasFailed(object)) {
    const both = message === own.message ? [own.message] : [own.message, message]
    return { kind: 'failed', message: both.filter(Boolean).join('; ') }
  }
  return { kind: 'running', message: deletionTimestamp ? 'is being deleted' : message }
}

/** Whether the object runs to an end, so that one that is left over from before says nothing about now. */
export function runsToAnEnd(object: KubernetesObject): boolean {
  const kind = `${groupOf(object.apiVersion)}/${object.kind}`
  return kind === '/Pod' || kind === 'batch/Job' || isWorkflow(object)
}

/** Whether the cluster deletes the object by itself once it has ended, maybe before anybody has seen how. */
export function cleansItselfUp(object: KubernetesObject): boolean {
  const spec = object['spec'] as { ttlSecondsAfterFinished?: unknown; ttlStrategy?: unknown } | undefined
  return runsToAnEnd(object) && (spec?.ttlSecondsAfterFinished ?? spec?.ttlStrategy ?? null) !== null
}

function hasFailed(object: KubernetesObject): boolean {
  if (object.kind === 'Pod') return textAt(object, 'status', 'phase') === 'Failed'
  return object.kind === 'Job' && conditionOf(object, 'Failed')?.status === 'True'
}

function isWorkflow(object: KubernetesObject): boolean {
  return groupOf(object.apiVersion) === 'argoproj.io' && object.kind === 'Workflow'
}

function workflowVerdict(workflow: KubernetesObject): HookVerdict {
  const phase = textAt(workflow, 'status', 'phase') ?? ''
  const message = textAt(workflow, 'status', 'message') ?? ''
  if (phase === 'Succeeded') return succeeded
  if (phase === 'Failed' || phase === 'Error') return { kind: 'failed', message: message || `it is ${phase}` }
  return { kind: 'running', message: message || 'the workflow is running' }
}

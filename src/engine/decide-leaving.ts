import { type ObjectId, parseIdentity } from '../model/identity.ts'
import type { KubernetesObject } from '../model/object.ts'
import type { Decision, PlanContext } from './decision.ts'
import { ourEntry } from './field-set.ts'
import { hookPhases } from './hooks.ts'
import { normalise } from './normalise.ts'
import type { Leaving } from './plan-input.ts'
import { applicationOf } from './ownership.ts'
import { keepOf } from './sync-options.ts'

/** What happens to an object that the head does not render: null when it is gone already, or was never ours. */
export function decideLeaving(id: ObjectId, context: PlanContext): Decision | null {
  const { input } = context
  const decision: Decision = {
    id,
    action: 'leave-behind',
    origin: input.base === null || context.base.has(id) ? 'pull-request' : 'drift',
    desired: null,
    live: null,
    before: null,
    after: null,
    differences: [],
    source: null,
    error: null,
    note: null,
  }
  if (input.failedGroups.has(parseIdentity(id).group)) {
    return { ...decision, note: 'its API group could not be discovered, so nothing of it is deleted' }
  }
  const read = input.live.get(id)
  if (!read || read.kind === 'absent') return null
  if (read.kind === 'unreadable') return { ...decision, action: 'error', error: read.problem }
  const live = read.object
  const owner = applicationOf(live)
  const wasOurs = context.isOurs(id, live) || (owner === null && ourEntry(live) !== null)
  if (owner !== input.application.name && !wasOurs) return null
  const reason =
    hookReason(id, context) ?? moveReason(input.leaves?.get(id)) ?? reasonToKeep(live, owner, context)
  if (reason) return { ...decision, live, note: reason }
  return { ...decision, action: 'delete', live, before: normalise(live), note: remark(live, context) }
}

/** Its hook takes its place when a sync comes to it; what says `Skip` is left alone. */
function hookReason(id: ObjectId, { input }: PlanContext): string | null {
  const hook = input.hooks?.find(it => it.id === id)
  if (!hook) return null
  return hookPhases(hook.object).length > 0
    ? 'it is a hook by now, and is made anew when that runs'
    : 'it is a hook that no sync runs'
}

function moveReason(leaving: Leaving | undefined): string | null {
  if (!leaving) return null
  return leaving.isCertain
    ? `it moves to the application ${leaving.to}`
    : `the application ${leaving.to}, which changes too and cannot be rendered, may take it over`
}

function reasonToKeep(live: KubernetesObject, owner: string | null, { input }: PlanContext): string | null {
  if (owner === null) return 'its application label is gone, so it is not deleted'
  if (owner !== input.application.name) return `it now belongs to the application ${owner}`
  const controller = live.metadata.ownerReferences?.find(it => it.controller)
  if (controller) return `${controller.kind} ${controller.name} controls it`
  const keep = keepOf(live, input.application, { removed: input.removed === true })
  if (keep?.until === 'for-good') return `it has ${keep.because}`
  if (!input.prune) return 'pruning is off'
  const isEmpty = input.head.length === 0 && input.unsettled.length === 0
  const mayBeEmpty = input.removed === true || input.application.syncPolicy.automated?.allowEmpty === true
  if (isEmpty && !mayBeEmpty) return 'nothing is rendered at all, and allowEmpty is off'
  return null
}

function remark(live: KubernetesObject, { input }: PlanContext): string | null {
  if (live.metadata.deletionTimestamp) return 'it is being deleted already'
  const keep = keepOf(live, input.application, { removed: input.removed === true })
  return keep ? `waits until somebody confirms it: it has ${keep.because}` : null
}

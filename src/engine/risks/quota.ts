import { groupOf, type ObjectId } from '../../model/identity.ts'
import type { KubernetesObject } from '../../model/object.ts'
import type { Change, Risk } from '../../model/plan.ts'
import { isJsonObject, listAt, propertyAt } from '../json.ts'
import { formatAmount, quantityOf } from '../quantity.ts'
import { type Usage, usageOf } from './usage.ts'

/** One change, as far as it moves what a namespace uses. */
export interface Consumer {
  readonly id: ObjectId
  readonly action: Change['action']
  readonly live: KubernetesObject | null
  readonly after: KubernetesObject | null
}

export function isQuota(object: KubernetesObject): boolean {
  return object.kind === 'ResourceQuota' && groupOf(object.apiVersion) === ''
}

/**
 * What all changes together take beyond the quotas of their namespaces, each told once, with the change that takes most. Quotas for
 * some pods only (scopes) are left out: which pods those are is not known before they run.
 */
export function quotaRisks(
  consumers: readonly Consumer[],
  quotas: readonly KubernetesObject[],
): ReadonlyMap<ObjectId, readonly Risk[]> {
  const risks = new Map<ObjectId, Risk[]>()
  for (const quota of quotas.filter(it => !hasScopes(it))) {
    const concerned = consumers.filter(it => namespaceOf(it) === quota.metadata.namespace)
    if (concerned.length === 0) continue
    const moves = concerned.map(it => ({ id: it.id, usage: movedBy(it) }))
    for (const [name, hard] of amountsAt(quota, 'spec', 'hard')) {
      const used = amountsAt(quota, 'status', 'used').get(name) ?? 0n
      const added = moves.reduce((sum, it) => sum + (it.usage.get(name) ?? 0n), 0n)
      if (added <= 0n || used + added <= hard) continue
      const most = moves.reduce((a, b) => ((b.usage.get(name) ?? 0n) > (a.usage.get(name) ?? 0n) ? b : a))
      const message = `needs more ${name} than ResourceQuota ${quota.metadata.name} allows: ${formatAmount(name, used)} of ${formatAmount(name, hard)} are used, and this plan adds ${formatAmount(name, added)}`
      risks.set(most.id, [
        ...(risks.get(most.id) ?? []),
        { code: 'quota-exceeded', severity: 'high', message },
      ])
    }
  }
  return risks
}

/** By how much a change moves what its namespace uses; negative where it takes less. What is recreated takes what it took. */
function movedBy({ live, after }: Consumer): Usage {
  const before = usageOf(live, live)
  const now = usageOf(after, live)
  const names = new Set([...before.keys(), ...now.keys()])
  return new Map([...names].map(name => [name, (now.get(name) ?? 0n) - (before.get(name) ?? 0n)]))
}

/** Whether a change takes more of anything that a quota may bound. */
export function takesMore(consumer: Consumer): boolean {
  return [...movedBy(consumer).values()].some(amount => amount > 0n)
}

function namespaceOf({ live, after }: Consumer): string | undefined {
  return (after ?? live)?.metadata.namespace
}

function hasScopes(quota: KubernetesObject): boolean {
  return (
    listAt(quota, 'spec', 'scopes').length > 0 ||
    listAt(quota, 'spec', 'scopeSelector', 'matchExpressions').length > 0
  )
}

function amountsAt(quota: KubernetesObject, ...place: readonly string[]): Usage {
  const amounts = propertyAt(quota, ...place)
  return new Map(
    Object.entries(isJsonObject(amounts) ? amounts : {}).flatMap(([name, text]) => {
      const amount = quantityOf(text)
      return amount === null ? [] : [[name, amount] as const]
    }),
  )
}

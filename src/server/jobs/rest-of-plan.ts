import type { PlanRecord } from '../store/records/plans.ts'

/** Seconds. */
const gather = 3
const firstRest = 60
const longestRest = 1800

/**
 * How long a plan stays as it is although its cluster changed. At first hardly at all; the more often in a row that happened, the longer: an
 * object that never rests must not have a plan made each minute, nor keep its pull request from ever having a check that is done.
 */
export function restOf({ shaken, createdAt }: Pick<PlanRecord, 'shaken' | 'createdAt'>, now: Date): number {
  if (shaken === 0) return gather
  const rest = Math.min(firstRest * 2 ** (shaken - 1), longestRest)
  const age = (now.getTime() - Date.parse(createdAt)) / 1000
  return Math.max(gather, rest - age)
}

/** `how` it happened to the first of them, for people. */
export function changedInCluster(names: readonly string[], how = 'changed in'): string {
  const [first = '', ...more] = names
  const others = more.length === 0 ? '' : ` and ${more.length} more`
  return `\`${first.replaceAll('`', "'")}\`${others} ${how} the cluster since`
}

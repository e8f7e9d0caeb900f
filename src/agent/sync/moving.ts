import type { PlanInput } from '../../engine/plan-input.ts'
import type { Moving } from '../state/state.ts'

/** What leaves for another application, to be remembered until that one has taken it. */
export function movingOf({ leaves = new Map() }: Pick<PlanInput, 'leaves'>): readonly Moving[] {
  return [...leaves].map(([id, { to }]) => ({ id, to }))
}

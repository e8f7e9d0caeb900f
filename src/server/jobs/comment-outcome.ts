import type { ForgeEvent } from '../../forge/forge.ts'
import type { Outcome } from '../store/records/answered-comments.ts'

export type { Outcome } from '../store/records/answered-comments.ts'
export type Comment = Extract<ForgeEvent, { readonly kind: 'commented' }>

export const done: Outcome = { kind: 'done' }
export const underWay: Outcome = { kind: 'under-way' }

export function no(why: string): Extract<Outcome, { readonly kind: 'no' }> {
  return { kind: 'no', why }
}

import type { ForgeEvent } from '../../forge/forge.ts'

export type Comment = Extract<ForgeEvent, { readonly kind: 'commented' }>

/** How a command went: done, under way (somebody else says how it ended), or a sentence that says why not. */
export type Outcome =
  /** `say`: what to reply with, Markdown. */
  | { readonly kind: 'done'; readonly say?: string }
  | { readonly kind: 'under-way' }
  | { readonly kind: 'no'; readonly why: string }

export const done: Outcome = { kind: 'done' }
export const underWay: Outcome = { kind: 'under-way' }

export function no(why: string): Extract<Outcome, { readonly kind: 'no' }> {
  return { kind: 'no', why }
}

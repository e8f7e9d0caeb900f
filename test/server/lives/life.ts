import { randomFrom } from '../../agent/sync/proof/random.ts'

/** What happens to a pull request after it was opened. */
export type Happening =
  | { readonly kind: 'push' }
  | { readonly kind: 'force-push' }
  /** Closed, and opened again a moment later. */
  | { readonly kind: 'close-and-reopen' }
  | { readonly kind: 'draft-and-ready' }
  | { readonly kind: 'chat' }
  | { readonly kind: 'command' }
  /** Somebody writes into our comment, or takes it away, and then pushes. */
  | { readonly kind: 'edit-ours-and-push' }
  | { readonly kind: 'delete-ours-and-push' }

export interface Life {
  readonly number: number
  /** Of the applications, by its number; null: nothing of ours is touched. */
  readonly application: number | null
  readonly happenings: readonly { readonly after: number; readonly what: Happening }[]
  readonly end: 'merge' | 'close' | 'stay'
  /** Ends whatever there is to see, instead of when the plan of the last head is there. */
  readonly isHasty: boolean
}

const kinds = [
  'push',
  'push',
  'push',
  'force-push',
  'close-and-reopen',
  'draft-and-ready',
  'chat',
  'command',
  'edit-ours-and-push',
  'delete-ours-and-push',
] as const

/** The same lives for the same seed; milliseconds before each happening. */
export function livesFrom(seed: number, count: number, applications: number): readonly Life[] {
  const random = randomFrom(seed)
  const upTo = (end: number) => Math.floor(random() * end)
  return Array.from({ length: count }, (_, number): Life => {
    const isOurs = random() < 0.85
    const happenings = Array.from({ length: upTo(5) }, () => ({
      after: random() < 0.5 ? upTo(50) : upTo(1500),
      what: { kind: kinds[upTo(kinds.length)]! } as Happening,
    }))
    return {
      number,
      application: isOurs ? upTo(applications) : null,
      happenings,
      end: (['merge', 'merge', 'close', 'stay'] as const)[upTo(4)]!,
      isHasty: random() < 0.25,
    }
  })
}

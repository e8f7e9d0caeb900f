import type { AdoptedField, LeftField } from '../../model/adoption.ts'
import { InvalidInputError } from '../../model/problem.ts'
import type { Wanted } from '../../engine/adoptable.ts'
import type { DesiredObject } from '../../engine/plan-input.ts'
import { type Proof, proveAdoption } from '../../engine/prove-adoption.ts'
import type { Candidate, EditedPlace } from './candidate.ts'
import type { WorkingCopy } from './working-copy.ts'

/** How an edit turned out, for whoever looks for a better one. */
export type Tried =
  | { readonly kind: 'proven' }
  | { readonly kind: 'rendered'; readonly objects: readonly DesiredObject[]; readonly proof: Proof }
  | { readonly kind: 'failed'; readonly reason: string }

/** What may be tried for one field. */
export interface Proposal {
  /** Best first; likely enough to be tried together with those of other fields. */
  readonly candidates: readonly Candidate[]
  /** Looks further, one render at a time, when none of those does it. True when one was proven. */
  readonly explore?: (attempt: (candidate: Candidate) => Promise<Tried>) => Promise<boolean>
  /** Why it is left when nothing does it. */
  readonly otherwise: string
}

export interface AdoptJob {
  readonly copy: WorkingCopy
  /** The application out of the copy as it is now, settled. Rejects with InvalidInputError. */
  readonly render: (signal: AbortSignal) => Promise<readonly DesiredObject[]>
  /** `current` is the render of the copy as it is now. */
  readonly propose: (wanted: Wanted, current: ReadonlyMap<string, DesiredObject>) => Promise<Proposal>
  readonly rendered: readonly DesiredObject[]
  readonly wanted: readonly Wanted[]
  readonly mostRenders: number
}

export interface AdoptOutcome {
  readonly adopted: readonly AdoptedField[]
  readonly left: readonly LeftField[]
}

/** Renders in search of one field, so that one that nothing gives leaves some for the others. */
const mostExplored = 20

interface Fix {
  readonly wanted: Wanted
  readonly place: EditedPlace
}

/**
 * Edits the working copy until its render says what is wanted. Nothing stays in it that a render has not proven: likely edits of all
 * fields are tried at once, and apart when that does not come out right.
 */
export async function adoptFields(job: AdoptJob, signal: AbortSignal): Promise<AdoptOutcome> {
  const { copy } = job
  let current = job.rendered
  let renders = 0
  const pending = new Set(job.wanted)
  const fixed: Fix[] = []
  const left: LeftField[] = []

  const leave = ({ id, path, steps }: Wanted, reason: string) =>
    left.push({ id, path: steps.length === 0 ? null : path, reason })

  /** Renders what was edited; keeps it when just what is wanted has changed, and all of `needed`. */
  async function check(
    edited: readonly Fix[],
    needed: readonly Wanted[],
    undo: () => Promise<void>,
  ): Promise<Tried> {
    renders++
    let after: readonly DesiredObject[]
    try {
      after = await job.render(signal)
    } catch (error) {
      await undo()
      if (!(error instanceof InvalidInputError)) throw error
      return { kind: 'failed', reason: 'the source does not render any more with it' }
    }
    const proof = proveAdoption(current, after, [...pending])
    if (proof.besides !== null || needed.some(it => !proof.met.has(it))) {
      await undo()
      return { kind: 'rendered', objects: after, proof }
    }
    current = after
    for (const wanted of proof.met) {
      pending.delete(wanted)
      const place = (edited.find(it => it.wanted === wanted) ?? edited[0])?.place
      if (place) fixed.push({ wanted, place })
    }
    return { kind: 'proven' }
  }

  async function tryTogether(fields: readonly Wanted[]): Promise<void> {
    if (fields.length < 2 || renders >= job.mostRenders) return
    const undo = copy.mark()
    const edited: Fix[] = []
    const now = byId(current)
    for (const wanted of fields) {
      signal.throwIfAborted()
      const [candidate] = (await job.propose(wanted, now)).candidates
      const place = await candidate?.apply(copy)
      if (place !== undefined && typeof place !== 'string') edited.push({ wanted, place })
    }
    const needed = edited.map(it => it.wanted)
    if (needed.length < 2) return undo()
    const tried = await check(edited, needed, undo)
    if (tried.kind === 'proven') return
    const half = Math.ceil(needed.length / 2)
    await tryTogether(needed.slice(0, half))
    await tryTogether(needed.slice(half))
  }

  const attempt = async (wanted: Wanted, candidate: Candidate): Promise<Tried> => {
    signal.throwIfAborted()
    if (renders >= job.mostRenders) return { kind: 'failed', reason: tooMany(job.mostRenders) }
    const undo = copy.mark()
    const place = await candidate.apply(copy)
    if (typeof place === 'string') {
      await undo()
      return { kind: 'failed', reason: place }
    }
    return check([{ wanted, place }], [wanted], undo)
  }

  /** Why none of the likely edits does it; null when one did. */
  async function tryAlone(wanted: Wanted): Promise<string | null> {
    const { candidates, otherwise } = await job.propose(wanted, byId(current))
    const reasons: string[] = []
    for (const candidate of candidates) {
      const tried = await attempt(wanted, candidate)
      if (tried.kind === 'proven') return null
      if (tried.kind === 'failed') reasons.push(tried.reason)
      else if (tried.proof.met.has(wanted) && tried.proof.besides !== null)
        reasons.unshift(`what says it also says other things: ${tried.proof.besides} with it`)
    }
    return reasons[0] ?? otherwise
  }

  async function tryFurther(wanted: Wanted): Promise<boolean> {
    const { explore } = await job.propose(wanted, byId(current))
    const until = renders + mostExplored
    return (
      explore?.(async candidate =>
        renders < until ? attempt(wanted, candidate) : { kind: 'failed', reason: tooMany(mostExplored) },
      ) ?? false
    )
  }

  await tryTogether([...pending])
  const reasons = new Map<Wanted, string>()
  // One edit may be that of several fields.
  for (const wanted of job.wanted) {
    const reason = pending.has(wanted) ? await tryAlone(wanted) : null
    if (reason !== null) reasons.set(wanted, reason)
  }
  for (const [wanted, reason] of reasons) {
    if (!pending.has(wanted) || (await tryFurther(wanted))) continue
    leave(wanted, renders >= job.mostRenders ? tooMany(job.mostRenders) : reason)
  }
  return { adopted: await placed(fixed, copy), left }
}

function tooMany(renders: number): string {
  return `no edit that gives it was found in ${renders} renders of the application`
}

function byId(objects: readonly DesiredObject[]): ReadonlyMap<string, DesiredObject> {
  return new Map(objects.map(it => [it.id, it]))
}

/** Lines are those of the files as they are in the end. */
async function placed(fixed: readonly Fix[], copy: WorkingCopy): Promise<readonly AdoptedField[]> {
  const texts = new Map<string, string | null>()
  const adopted: AdoptedField[] = []
  for (const { wanted, place } of fixed) {
    const { file } = place
    if (!texts.has(file)) texts.set(file, await copy.read(file))
    const text = texts.get(file) ?? null
    const { id, path } = wanted
    adopted.push({ id, path, file, line: text === null ? null : place.line(text) })
  }
  return adopted.toSorted((a, b) => compare(a.id, b.id) || compare(a.path, b.path))
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

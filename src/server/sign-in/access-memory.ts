import { ForgeError } from '../../forge/forge.ts'
import type { Person, RepositoryAccess } from '../../forge/sign-in.ts'
import { type RepositoryRef, repositoryKey } from '../../model/repository.ts'
import type { Forges } from '../forges.ts'

/** Whoever lost access sees nothing more after this, in milliseconds. */
const allowedMs = 5 * 60_000
/** Whoever was given access is let in after this. */
const refusedMs = 20_000
const mostRemembered = 10_000
/** For the forge to answer, while a person waits. */
const patienceMs = 15_000

/** Whether a person may see what belongs to a repository. */
export interface AccessMemory {
  /** Rejects with ForgeError when the forge does not say, UnknownForgeError when there is none. */
  maySee(person: Person, ref: RepositoryRef): Promise<boolean>
}

/**
 * A plan says what a cluster has. Readers of a private repository were chosen; readers of a public one are everybody, so there it
 * takes a role that its owners have given.
 */
function isForThem({ role, isPublic }: RepositoryAccess): boolean {
  return isPublic ? role === 'write' || role === 'triage' : role !== 'none'
}

/** A request may also wait before it begins, for a rate limit to pass. */
function whenImpatient(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    const late = new Error(`no answer in ${patienceMs} ms`)
    signal.addEventListener(
      'abort',
      () =>
        reject(new ForgeError('unreachable', 'ask who may see a page', { kind: 'after', seconds: 60 }, late)),
      { once: true },
    )
  })
}

/** Asks the forge, and remembers its answer for a few minutes. */
export function createAccessMemory(deps: {
  readonly forges: Pick<Forges, 'repository'>
  readonly clock: () => Date
}): AccessMemory {
  const known = new Map<string, { readonly answer: Promise<boolean>; until: number }>()

  async function ask(person: Person, ref: RepositoryRef): Promise<boolean> {
    const signal = AbortSignal.timeout(patienceMs)
    const asked = deps.forges.repository(ref).accessOf(person, signal)
    return isForThem(await Promise.race([asked, whenImpatient(signal)]))
  }

  return {
    maySee(person, ref) {
      const now = deps.clock().getTime()
      const key = JSON.stringify([repositoryKey(ref), person.id, person.login])
      const held = known.get(key)
      if (held && held.until > now) return held.answer
      // Deleted first: the oldest are forgotten first.
      known.delete(key)
      const entry = { answer: ask(person, ref), until: now + allowedMs }
      known.set(key, entry)
      entry.answer.then(
        isAllowed => {
          if (!isAllowed) entry.until = Math.min(entry.until, now + refusedMs)
        },
        () => {
          if (known.get(key) === entry) known.delete(key)
        },
      )
      for (const old of known.keys()) {
        if (known.size <= mostRemembered) break
        known.delete(old)
      }
      return entry.answer
    },
  }
}

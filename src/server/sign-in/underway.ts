import { createHash, randomBytes } from 'node:crypto'
import { z } from 'zod'
import type { Cookie } from './cookies.ts'
import { wayBack } from './way-back.ts'

/**
 * A sign-in that a browser has begun. It is kept in that browser alone, in a cookie named after the state: a code that somebody else
 * got, or a state that somebody else was given, is worth nothing in it, and whoever comes by cannot fill a table of ours.
 */
export interface Underway {
  readonly state: string
  /** Of PKCE. */
  readonly verifier: string
  /** Where the person wanted to go. */
  readonly back: string
  /** Host of the forge that is asked. */
  readonly host: string
}

const underwaySeconds = 600
/** Tabs that sign in at the same time. */
const mostUnderway = 8

const schema = z.object({ verifier: z.string().min(43).max(128), back: z.string(), host: z.string() })

export function begin(it: Pick<Underway, 'back' | 'host'>): Underway {
  const random = () => randomBytes(32).toString('base64url')
  return { state: random(), verifier: random(), ...it }
}

export function challengeOf({ verifier }: Underway): string {
  return createHash('sha256').update(verifier).digest('base64url')
}

export function cookieOf({ state, ...rest }: Underway): Cookie {
  const value = Buffer.from(JSON.stringify(rest)).toString('base64url')
  return { name: nameFor(state), value, seconds: underwaySeconds }
}

/** The cookie whose sign-in has come to its end, whatever that was. */
export function cookieEnding(state: string): Cookie {
  return { name: nameFor(state), value: '', seconds: 0 }
}

/** What this browser has begun with this state; null when it has not. */
export function underwayIn(cookies: ReadonlyMap<string, string>, state: string): Underway | null {
  if (!/^[\w-]{43}$/.test(state)) return null
  const value = cookies.get(nameFor(state))
  if (value === undefined) return null
  const parsed = schema.safeParse(json(Buffer.from(value, 'base64url').toString()))
  return parsed.success ? { state, ...parsed.data, back: wayBack(parsed.data.back) } : null
}

/** Sign-ins that were begun and left: a browser sends only so many cookies. */
export function abandoned(cookies: ReadonlyMap<string, string>): readonly Cookie[] {
  const names = [...cookies.keys()].filter(it => it.startsWith('sign_in_'))
  return names.length < mostUnderway ? [] : names.map(name => ({ name, value: '', seconds: 0 }))
}

/** The whole state: nobody guesses the name of the cookie either. */
function nameFor(state: string): string {
  return `sign_in_${state}`
}

function json(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    if (cause instanceof SyntaxError) return null
    throw cause
  }
}

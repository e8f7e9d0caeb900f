import { createHash, randomBytes } from 'node:crypto'
import type { SessionRecord, Sessions } from '../store/records/sessions.ts'
import type { Cookie } from './cookies.ts'

/** A working day: whoever is still at it signs in again with one click, or none. */
const lifetimeSeconds = 12 * 3600
const name = 'session'

/** Who is signed in in which browser, by a cookie of 256 random bits of which the database has only the hash. */
export interface BrowserSessions {
  /** A new one, whatever the browser had before. Returns its cookie. */
  begin(person: Omit<SessionRecord, 'expiresAt'>, before: ReadonlyMap<string, string>): Promise<Cookie>
  of(cookies: ReadonlyMap<string, string>): Promise<SessionRecord | null>
  /** Returns the cookie that takes its place. */
  end(cookies: ReadonlyMap<string, string>): Promise<Cookie>
}

export function createBrowserSessions(sessions: Sessions, clock: () => Date): BrowserSessions {
  const gone: Cookie = { name, value: '', seconds: 0 }
  async function end(cookies: ReadonlyMap<string, string>): Promise<Cookie> {
    const token = cookies.get(name)
    if (token !== undefined) await sessions.end(hashOf(token))
    return gone
  }
  return {
    async begin(person, before) {
      await end(before)
      await sessions.forgetEnded(clock())
      const token = randomBytes(32).toString('base64url')
      const expiresAt = new Date(clock().getTime() + lifetimeSeconds * 1000).toISOString()
      await sessions.add(hashOf(token), { ...person, expiresAt })
      return { name, value: token, seconds: lifetimeSeconds }
    },
    async of(cookies) {
      const token = cookies.get(name)
      return token === undefined ? null : sessions.byHash(hashOf(token), clock())
    },
    end,
  }
}

function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}

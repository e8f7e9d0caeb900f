import type { IncomingMessage } from 'node:http'
import { setupPaths } from './manifest.ts'
import { createTickets } from './tickets.ts'

/** The browsers that may set up, for an hour each. */
export interface Sessions {
  /** The Set-Cookie header that lets a browser in. Over `https` it is never sent without. */
  begin(publicUrl: string): string
  has(request: IncomingMessage): boolean
}

const cookieName = 'plumbline_setup'
const seconds = 3600

export function createSessions(clock: () => Date): Sessions {
  const tickets = createTickets({ lifetimeMs: seconds * 1000, most: 10, clock })
  const pattern = new RegExp(`(?:^|;\\s*)${cookieName}=([\\w-]{1,64})(?:;|$)`)
  return {
    begin(publicUrl) {
      const secure = publicUrl.startsWith('https:') ? '; Secure' : ''
      // Lax: GitHub leads back here from its own site, with a plain navigation.
      return `${cookieName}=${tickets.issue()}; Path=${setupPaths.start}; Max-Age=${seconds}; HttpOnly; SameSite=Lax${secure}`
    },
    has: request => tickets.isGood(pattern.exec(request.headers.cookie ?? '')?.[1] ?? ''),
  }
}

import type { Principal } from './auth/principal.ts'
import { ApiFailure } from './failure.ts'
import type { World } from './world.ts'

export interface LimitOptions {
  /** Requests an hour for one installation or person. Default 5000. */
  readonly perHour: number
  /** Requests a minute that create content (comments, issues, pull requests). Default 80. */
  readonly contentPerMinute: number
  /** Points a minute: 1 for a read, 5 for a write. Default 900. */
  readonly pointsPerMinute: number
}

export const defaultLimits: LimitOptions = { perHour: 5000, contentPerMinute: 80, pointsPerMinute: 900 }

/** From GitHub's page "Rate limits for the REST API": creating any of these is content. */
const contentOperations = new Set([
  'issues/create',
  'issues/create-comment',
  'pulls/create',
  'reactions/create-for-issue',
  'reactions/create-for-issue-comment',
])

export interface RateState {
  readonly limit: number
  readonly remaining: number
  readonly used: number
  /** Seconds since the epoch. */
  readonly reset: number
}

export interface Limits {
  readonly state: (principal: Principal) => RateState
  /** Counts a request. Throws 403 over a limit. */
  readonly take: (principal: Principal, operation: string, method: string) => void
  /** A request that was answered 304 does not count. */
  readonly giveBack: (principal: Principal) => void
  /** Refuses as GitHub does, from now on for so many milliseconds. */
  readonly beginSecondary: (milliseconds: number) => void
}

interface Window {
  used: number
  reset: number
}

const hour = 3600_000
const minute = 60_000

export function createLimits(world: World, options: LimitOptions): Limits {
  const windows = new Map<string, Window>()
  const recent = new Map<string, { at: number; points: number; content: boolean }[]>()
  let secondaryUntil = 0

  function windowOf(principal: Principal): Window {
    const now = world.now().getTime()
    const key = keyOf(principal)
    const found = windows.get(key)
    if (found && found.reset > now) return found
    const fresh = { used: 0, reset: now + hour }
    windows.set(key, fresh)
    return fresh
  }

  const limitOf = (principal: Principal): number => (principal.kind === 'anonymous' ? 60 : options.perHour)

  function state(principal: Principal): RateState {
    const { used, reset } = windowOf(principal)
    const limit = limitOf(principal)
    return { limit, used, remaining: Math.max(0, limit - used), reset: Math.ceil(reset / 1000) }
  }

  function takeSecondary(principal: Principal, operation: string, method: string): void {
    const now = world.now().getTime()
    if (now < secondaryUntil) throw secondary(Math.ceil((secondaryUntil - now) / 1000))
    const key = keyOf(principal)
    const last = (recent.get(key) ?? []).filter(one => one.at > now - minute)
    recent.set(key, last)
    const content = contentOperations.has(operation)
    const points = last.reduce((sum, one) => sum + one.points, 0)
    const contents = last.filter(one => one.content).length
    if (points >= options.pointsPerMinute || (content && contents >= options.contentPerMinute)) {
      throw secondary(Math.ceil(((last[0]?.at ?? now) + minute - now) / 1000))
    }
    last.push({ at: now, points: method === 'GET' ? 1 : 5, content })
  }

  return {
    state,
    take: (principal, operation, method) => {
      const window = windowOf(principal)
      if (window.used >= limitOf(principal)) {
        throw new ApiFailure(403, `API rate limit exceeded for ${keyOf(principal)}.`)
      }
      takeSecondary(principal, operation, method)
      window.used += 1
    },
    giveBack: principal => {
      windowOf(principal).used -= 1
    },
    beginSecondary: milliseconds => {
      secondaryUntil = world.now().getTime() + milliseconds
    },
  }
}

function secondary(seconds: number): ApiFailure {
  const message = 'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.'
  return new ApiFailure(403, message, { headers: { 'Retry-After': String(Math.max(1, seconds)) } })
}

function keyOf(principal: Principal): string {
  if (principal.kind === 'installation') return `installation ID ${principal.installation.id}`
  if (principal.kind === 'user') return `user ID ${principal.user.id}`
  return principal.kind === 'app' ? 'the app' : '127.0.0.1'
}

export const rateHeaders = (state: RateState): Record<string, string> => ({
  'X-RateLimit-Limit': String(state.limit),
  'X-RateLimit-Remaining': String(state.remaining),
  'X-RateLimit-Used': String(state.used),
  'X-RateLimit-Reset': String(state.reset),
  'X-RateLimit-Resource': 'core',
})

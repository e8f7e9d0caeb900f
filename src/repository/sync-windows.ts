import { CronExpressionParser } from 'cron-parser'
import type { Application } from '../model/application.ts'
import type { SyncWindow } from '../model/sync-window.ts'
import { compileGlob } from './glob.ts'

/** Whether an application may be synced now. */
export type WindowState =
  | { readonly isOpen: true }
  | {
      readonly isOpen: false
      /** Whether a person may sync it all the same. */
      readonly manual: boolean
      /** When it opens; null when it does not within a year. */
      readonly until: Date | null
    }

type Target = Pick<Application, 'name' | 'destination'>

/** What an application has no windows for may be synced at any time. The rules are those of Argo CD's AppProject. */
export function windowState(windows: readonly SyncWindow[], target: Target, now: Date): WindowState {
  const own = windows.filter(it => concerns(it, target))
  const verdict = verdictAt(own, now)
  return verdict.isOpen ? verdict : { ...verdict, until: openingAfter(own, now) }
}

function verdictAt(windows: readonly SyncWindow[], now: Date) {
  const active = windows.filter(it => endOfActive(it, now) !== null)
  const denies = active.filter(it => it.kind === 'deny')
  if (denies.length > 0) return { isOpen: false, manual: denies.every(it => it.manualSync) } as const
  const allows = windows.filter(it => it.kind === 'allow')
  if (allows.length === 0 || active.length > 0) return { isOpen: true } as const
  return { isOpen: false, manual: allows.every(it => it.manualSync) } as const
}

function concerns(window: SyncWindow, { name, destination }: Target): boolean {
  const { environment, applications, namespaces, clusters } = window
  if (environment !== null && environment !== destination.cluster) return false
  if (applications.length + namespaces.length + clusters.length === 0) return true
  const matches = (globs: readonly string[], text: string) =>
    globs.some(glob => compileGlob(glob)?.(text) === true)
  return (
    matches(applications, name) ||
    matches(namespaces, destination.namespace) ||
    matches(clusters, destination.cluster)
  )
}

const second = 1000
const year = 366 * 24 * 3600 * second
/** Windows that alternate more often than this within a year are looked at no further. */
const mostSteps = 1000

/** When the window that is open at `now` ends; null when it is not open. */
function endOfActive(window: SyncWindow, now: Date): Date | null {
  // Cron knows whole seconds; the one that has begun counts.
  const from = new Date(Math.floor(now.getTime() / second) * second + second)
  const began = startsFrom(window, from).prev()
  const end = new Date(began.getTime() + window.seconds * second)
  return end > now ? end : null
}

function nextStart(window: SyncWindow, now: Date): Date {
  return startsFrom(window, now).next().toDate()
}

function startsFrom({ schedule, timeZone }: SyncWindow, currentDate: Date) {
  return CronExpressionParser.parse(schedule, { currentDate, tz: timeZone })
}

function openingAfter(windows: readonly SyncWindow[], now: Date): Date | null {
  let at = now
  for (let step = 0; step < mostSteps && at.getTime() - now.getTime() < year; step++) {
    const moments = windows.flatMap(it => [endOfActive(it, at) ?? nextStart(it, at), nextStart(it, at)])
    at = new Date(Math.min(...moments.map(it => it.getTime())))
    if (verdictAt(windows, at).isOpen) return at
  }
  return null
}

/** Why a window cannot be understood; null when it can. */
export function windowProblem({ schedule, timeZone }: SyncWindow): string | null {
  if (!isTimeZone(timeZone)) return `there is no time zone ${timeZone}`
  try {
    CronExpressionParser.parse(schedule, { tz: timeZone }).next()
    return null
  } catch (error) {
    return `the schedule ${schedule} is not understood: ${error instanceof Error ? error.message : String(error)}`
  }
}

function isTimeZone(timeZone: string): boolean {
  try {
    return Intl.DateTimeFormat('en', { timeZone }).resolvedOptions().timeZone !== ''
  } catch {
    // A RangeError is how it says no.
    return false
  }
}

import { z } from 'zod'
import { durationPattern, secondsOf } from './duration.ts'

const globs = (of: string) =>
  z.array(z.string().min(1)).max(100).optional().describe(`Globs of ${of} that it is for.`)

/** As in Argo CD's AppProject. */
export const syncWindowDocument = z.strictObject({
  kind: z
    .enum(['allow', 'deny'])
    .describe(
      'allow: syncs happen inside of it only; deny: no sync happens inside of it, whatever else allows.',
    ),
  schedule: z
    .string()
    .regex(
      /^(@(yearly|annually|monthly|weekly|daily|midnight|hourly)|\S+(\s+\S+){4})$/,
      'five fields of cron',
    )
    .describe('When it begins, as five fields of cron: minute, hour, day of month, month, day of week.'),
  duration: z.string().regex(durationPattern).describe('How long it lasts: 30m, 8h, 1h30m.'),
  timeZone: z.string().min(1).optional().describe('Of the schedule, such as Europe/Berlin. Default UTC.'),
  applications: globs('applications'),
  namespaces: globs('destination namespaces'),
  clusters: globs('destination clusters'),
  manualSync: z
    .boolean()
    .optional()
    .describe('Whether a person may sync although it is closed. Default false.'),
})

/** As it is kept in the cluster. */
export const keptSyncWindow: z.ZodType<SyncWindow> = z.object({
  kind: z.enum(['allow', 'deny']),
  schedule: z.string(),
  seconds: z.number(),
  timeZone: z.string(),
  environment: z.string().nullable(),
  applications: z.array(z.string()),
  namespaces: z.array(z.string()),
  clusters: z.array(z.string()),
  manualSync: z.boolean(),
})

/** When applications may be synced, or may not. It is for what any of its globs matches; for everything without any. */
export interface SyncWindow {
  readonly kind: 'allow' | 'deny'
  /** Five fields of cron. */
  readonly schedule: string
  readonly seconds: number
  readonly timeZone: string
  /** Null: on every cluster. */
  readonly environment: string | null
  readonly applications: readonly string[]
  readonly namespaces: readonly string[]
  readonly clusters: readonly string[]
  readonly manualSync: boolean
}

export function syncWindowFrom(
  document: z.infer<typeof syncWindowDocument>,
  environment: string | null,
): SyncWindow {
  return {
    kind: document.kind,
    schedule: document.schedule,
    seconds: secondsOf(document.duration) ?? 0,
    timeZone: document.timeZone ?? 'UTC',
    environment,
    applications: document.applications ?? [],
    namespaces: document.namespaces ?? [],
    clusters: document.clusters ?? [],
    manualSync: document.manualSync ?? false,
  }
}

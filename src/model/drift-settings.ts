import { z } from 'zod'
import { durationPattern, secondsOf } from './duration.ts'

/** How much the drift of an object weighs: none is told of only beside others, high is told at once. */
export type DriftSeverity = 'none' | 'low' | 'high'

const duration = z.string().regex(durationPattern, 'expected a duration such as 30s, 5m or 1h30m')

/** `Deployment`, `apps/Deployment`, or `*` for every other kind. */
const kindPattern = /^(\*|([a-z0-9]([-a-z0-9.]*[a-z0-9])?\/)?[A-Za-z][A-Za-z0-9]*)$/

const policy = {
  issue: z.boolean().optional().describe('Open an issue when a cluster drifts. Default true.'),
  reportAfter: duration
    .optional()
    .describe('How long it has to drift before the issue is opened. Default 0s: at once.'),
  severity: z
    .record(
      z.string().regex(kindPattern, 'expected a kind, group/Kind or *'),
      z.enum(['none', 'low', 'high']),
    )
    .optional()
    .describe(
      'By kind, group/Kind or *. none: no reason for an issue; low: the default; high: the issue is opened at once and labelled.',
    ),
  muteUntil: z.iso
    .datetime({ offset: true, message: 'expected a moment such as 2027-01-31T08:00:00Z' })
    .optional()
    .describe('Until then no issue is opened or reopened; one that is open is still kept up to date.'),
  behindAfter: duration
    .optional()
    .describe('How long a commit may be unsynced before the issue says so. Default 1h.'),
}

const globs = (of: string) =>
  z.array(z.string().min(1)).max(100).optional().describe(`Globs of ${of} that it is for. All, when missing.`)

export const driftDocument = z.strictObject({
  ...policy,
  clusterSilentAfter: duration
    .optional()
    .describe('How long an agent may be unheard of before an issue says so. Default 10m.'),
  overrides: z
    .array(z.strictObject({ applications: globs('applications'), clusters: globs('clusters'), ...policy }))
    .max(100)
    .optional()
    .describe('Other values for some applications. Of several that fit the later ones count.'),
})

/** How drift of one application is told. */
export interface DriftPolicy {
  readonly issue: boolean
  readonly reportAfterSeconds: number
  /** By kind, `group/Kind` or `*`. */
  readonly severity: Readonly<Record<string, DriftSeverity>>
  /** RFC 3339; null: it is not muted. */
  readonly muteUntil: string | null
  readonly behindAfterSeconds: number
}

/** For what every one of its lists matches; an empty list matches everything. */
export interface DriftOverride extends Partial<DriftPolicy> {
  readonly applications: readonly string[]
  readonly clusters: readonly string[]
}

export interface DriftSettings extends DriftPolicy {
  readonly clusterSilentAfterSeconds: number
  readonly overrides: readonly DriftOverride[]
}

export const defaultDriftSettings: DriftSettings = {
  issue: true,
  reportAfterSeconds: 0,
  severity: {},
  muteUntil: null,
  behindAfterSeconds: 3600,
  clusterSilentAfterSeconds: 600,
  overrides: [],
}

type Document = z.infer<typeof driftDocument>

export function driftSettingsFrom(document: Document | undefined): DriftSettings {
  if (!document) return defaultDriftSettings
  return {
    ...defaultDriftSettings,
    ...policyFrom(document),
    ...(document.clusterSilentAfter === undefined
      ? {}
      : { clusterSilentAfterSeconds: secondsOf(document.clusterSilentAfter) ?? 0 }),
    overrides: (document.overrides ?? []).map(it => ({
      applications: it.applications ?? [],
      clusters: it.clusters ?? [],
      ...policyFrom(it),
    })),
  }
}

function policyFrom(it: Omit<Document, 'clusterSilentAfter' | 'overrides'>): Partial<DriftPolicy> {
  return {
    ...(it.issue === undefined ? {} : { issue: it.issue }),
    ...(it.reportAfter === undefined ? {} : { reportAfterSeconds: secondsOf(it.reportAfter) ?? 0 }),
    ...(it.severity === undefined ? {} : { severity: it.severity }),
    ...(it.muteUntil === undefined ? {} : { muteUntil: it.muteUntil }),
    ...(it.behindAfter === undefined ? {} : { behindAfterSeconds: secondsOf(it.behindAfter) ?? 0 }),
  }
}

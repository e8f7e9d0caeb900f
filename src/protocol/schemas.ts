import { z } from 'zod'
import type { AdoptResult } from '../model/adoption.ts'
import type { DriftReport } from '../model/drift.ts'
import type { Change, Plan, PlanOutcome } from '../model/plan.ts'
import type { Problem } from '../model/problem.ts'
import type { CommandResult } from '../model/command.ts'
import type { SyncResult } from '../model/sync.ts'
import type { WatchResult } from '../model/watch.ts'

/** Longest text accepted in one field of a report. Diffs of whole CustomResourceDefinitions fit. */
const text = z.string().max(4 * 1024 * 1024)
const shortText = z.string().max(16 * 1024)

const location = z.object({
  file: shortText,
  line: z.number().int().nullable(),
  column: z
    .number()
    .int()
    .nullable()
    .optional()
    .transform(it => it ?? null),
})

const problemSchema = z.object({
  code: shortText,
  message: text,
  location: location.nullable(),
  hint: shortText.nullable(),
}) satisfies z.ZodType<Problem>

const origin = z.enum(['pull-request', 'drift', 'both'])
const nonNegative = z.number().int().min(0)

/** What older agents do not say. */
const optionalText = shortText.nullish().transform(it => it ?? null)

const changeSchema = z.object({
  id: shortText,
  action: z.enum(['create', 'update', 'replace', 'delete', 'adopt', 'error', 'leave-behind']),
  origin,
  fields: z.array(
    z.object({
      path: shortText,
      before: z.unknown(),
      after: z.unknown(),
      origin,
      manager: shortText.nullable(),
      managedAt: shortText.nullable(),
      operation: optionalText,
      user: optionalText,
      follows: optionalText,
      ignore: z
        .object({ kind: z.enum(['json-pointer', 'jq-path']), expression: shortText })
        .nullish()
        .transform(it => it ?? null),
    }),
  ),
  diff: text,
  risks: z.array(
    z.object({ code: shortText, severity: z.enum(['low', 'medium', 'high']), message: shortText }),
  ),
  source: location.nullable(),
  error: problemSchema.nullable(),
  note: shortText.nullable(),
  deletedBy: z
    .object({ user: shortText, at: shortText })
    .nullish()
    .transform(it => it ?? null),
  pairedWith: optionalText,
}) satisfies z.ZodType<Change>

const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/)

const hookPhase = z.enum(['PreSync', 'Sync', 'PostSync', 'SyncFail', 'PreDelete', 'PostDelete'])

const planSchema = z.object({
  application: shortText,
  cluster: shortText,
  namespace: shortText,
  revision: shortText.nullable(),
  digest,
  changeDigest: digest,
  summary: z.object({
    create: nonNegative,
    update: nonNegative,
    replace: nonNegative,
    delete: nonNegative,
    adopt: nonNegative,
    unchanged: nonNegative,
    error: nonNegative,
  }),
  changes: z.array(changeSchema),
  liveAt: shortText,
  hooks: z
    .array(z.object({ id: shortText, phase: hookPhase }))
    .nullish()
    .transform(it => it ?? []),
}) satisfies z.ZodType<Plan>

const planOutcomeSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('planned'), plan: planSchema }),
  z.object({ kind: z.literal('failed'), problems: z.array(problemSchema).min(1) }),
]) satisfies z.ZodType<PlanOutcome>

const ids = z.array(shortText)

const syncResultSchema = z.object({
  application: shortText,
  cluster: shortText,
  outcome: z.enum(['synced', 'rolled-back', 'failed', 'refused', 'waiting']),
  revision: shortText.nullable(),
  plan: planSchema.nullable(),
  applied: ids,
  pruned: ids,
  rolledBack: ids,
  health: z.array(
    z.object({
      id: shortText,
      status: z.enum(['healthy', 'progressing', 'degraded', 'suspended', 'missing', 'unknown']),
      message: text,
    }),
  ),
  hooks: z
    .array(
      z.object({
        id: shortText,
        phase: hookPhase,
        outcome: z.enum(['succeeded', 'failed']),
        message: text,
      }),
    )
    .nullish()
    .transform(it => it ?? []),
  events: z.array(text),
  logs: z
    .array(z.object({ pod: shortText, container: shortText, lines: z.array(text) }))
    .nullish()
    .transform(it => it ?? []),
  error: z.object({ code: shortText, message: text }).nullable(),
  startedAt: shortText,
  finishedAt: shortText,
}) satisfies z.ZodType<SyncResult>

const adoptResultSchema = z.object({
  application: shortText,
  cluster: shortText,
  revision: shortText,
  files: z.array(z.object({ path: shortText, mode: z.enum(['100644', '100755']), text: text.nullable() })),
  adopted: z.array(
    z.object({ id: shortText, path: shortText, file: shortText, line: z.number().int().nullable() }),
  ),
  left: z.array(z.object({ id: shortText, path: shortText.nullable(), reason: text })),
  error: z.object({ code: shortText, message: text }).nullable(),
}) satisfies z.ZodType<AdoptResult>

const watchResultSchema = z.object({
  application: shortText,
  cluster: shortText,
  changed: z.array(z.object({ id: shortText, how: z.enum(['changed', 'appeared', 'went']) })),
}) satisfies z.ZodType<WatchResult>

export const commandResultSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('plan'),
    outcome: planOutcomeSchema,
    observed: z
      .array(
        z.object({
          id: shortText,
          apiVersion: shortText.nullable(),
          pointers: z.array(shortText),
          mark: shortText.nullable(),
        }),
      )
      .nullish()
      .transform(it => it ?? []),
  }),
  z.object({ kind: z.literal('sync'), result: syncResultSchema }),
  z.object({ kind: z.literal('revert'), result: syncResultSchema }),
  z.object({ kind: z.literal('rollback'), result: syncResultSchema }),
  z.object({ kind: z.literal('adopt'), result: adoptResultSchema }),
  z.object({ kind: z.literal('watch'), result: watchResultSchema }),
]) satisfies z.ZodType<CommandResult>

export const driftReportSchema = z.object({
  application: shortText,
  cluster: shortText,
  namespace: shortText,
  revision: shortText.nullable(),
  drifted: z.array(changeSchema),
  healed: z.array(z.object({ id: shortText, at: shortText, change: changeSchema })),
  fight: z.object({ id: shortText, manager: shortText, path: shortText }).nullable(),
  observedAt: shortText,
}) satisfies z.ZodType<DriftReport>

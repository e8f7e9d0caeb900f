import { z } from 'zod'
import { driftDocument, type DriftSettings, driftSettingsFrom } from './drift-settings.ts'
import { type SyncWindow, syncWindowDocument, syncWindowFrom } from './sync-window.ts'
import { relativePath } from './application-from.ts'

/** `.plumbline.yaml`: how a repository wants to be treated. Read from the base branch only. */
export const settingsDocument = z
  .strictObject({
    version: z.literal(1).describe('Version of this file; always 1.'),
    applications: z
      .array(z.string().min(1))
      .max(100)
      .optional()
      .describe(
        'Globs of files that hold Application documents, relative to the root. Everywhere, when missing.',
      ),
    flux: z
      .array(
        z.strictObject({
          path: z
            .string()
            .min(1)
            .describe(
              'Folder, relative to the root: Kustomizations and HelmReleases below it are applications.',
            ),
          cluster: z.string().min(1).describe('Cluster that they go to, as its agent registered it.'),
        }),
      )
      .max(100)
      .optional()
      .describe(
        "Where Flux's documents are, and which cluster they are for, which they do not say themselves.",
      ),
    drift: driftDocument.optional().describe('What happens when a cluster no longer is as synced.'),
    plan: z
      .strictObject({
        requireReviewedPlan: z
          .boolean()
          .optional()
          .describe('Stop a sync whose plan changes other fields than the reviewed one. Default false.'),
        forks: z
          .enum(['ask', 'never'])
          .optional()
          .describe(
            'ask: a maintainer starts the plan of a fork pull request; never: forks are not planned. Default ask.',
          ),
        locks: z
          .enum(['tell', 'block'])
          .optional()
          .describe(
            'When two pull requests change one application. tell: both say so; block: the later one waits for the other. Default tell.',
          ),
      })
      .optional()
      .describe('How pull requests are planned.'),
    sync: z
      .strictObject({
        revertPullRequest: z
          .boolean()
          .optional()
          .describe('Open a pull request that reverts a merge whose sync failed. Default false.'),
      })
      .optional()
      .describe('What happens after a merge.'),
    syncWindows: z
      .array(syncWindowDocument)
      .max(50)
      .optional()
      .describe('When syncs happen, and when not. A sync that comes outside waits.'),
    environments: z
      .array(
        z.strictObject({
          name: z.string().min(1).describe('Matches the name of a destination cluster.'),
          syncWindows: z
            .array(syncWindowDocument)
            .max(50)
            .optional()
            .describe('When syncs to this cluster happen, and when not.'),
          approvals: z
            .number()
            .int()
            .min(0)
            .optional()
            .describe('How many people must approve before a sync.'),
        }),
      )
      .optional()
      .describe('Clusters that want more care than others.'),
  })
  .describe('Settings of one repository for Plumbline.')

export interface Settings {
  /** Null: anywhere in the repository. */
  readonly applications: readonly string[] | null
  /** Folders with Flux's documents. Null: nothing is said of them. */
  readonly flux: readonly { readonly path: string; readonly cluster: string }[] | null
  readonly drift: DriftSettings
  readonly plan: {
    readonly requireReviewedPlan: boolean
    readonly forks: 'ask' | 'never'
    readonly locks?: 'tell' | 'block'
  }
  readonly sync: { readonly revertPullRequest: boolean }
  /** Those of environments included. */
  readonly syncWindows: readonly SyncWindow[]
  readonly environments: readonly { readonly name: string; readonly approvals: number }[]
}

export function settingsFrom(document: z.infer<typeof settingsDocument>): Settings {
  return {
    applications: document.applications ?? null,
    flux: document.flux?.map(it => ({ path: relativePath(it.path), cluster: it.cluster })) ?? null,
    drift: driftSettingsFrom(document.drift),
    plan: {
      requireReviewedPlan: document.plan?.requireReviewedPlan ?? false,
      forks: document.plan?.forks ?? 'ask',
      locks: document.plan?.locks ?? 'tell',
    },
    sync: { revertPullRequest: document.sync?.revertPullRequest ?? false },
    syncWindows: [
      ...(document.syncWindows ?? []).map(it => syncWindowFrom(it, null)),
      ...(document.environments ?? []).flatMap(it =>
        (it.syncWindows ?? []).map(window => syncWindowFrom(window, it.name)),
      ),
    ],
    environments: (document.environments ?? []).map(it => ({ name: it.name, approvals: it.approvals ?? 0 })),
  }
}

export const defaultSettings: Settings = settingsFrom({ version: 1 })

export const settingsFile = '.plumbline.yaml'

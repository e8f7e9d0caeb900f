import { z } from 'zod'
import { durationPattern, secondsOf } from './duration.ts'
import { mostRetries } from './fields.ts'
import { stringMap, strings } from './document-parts.ts'

/** A duration as Go and Argo CD write it: `90s`, `5m`, `1h30m`. */
const duration = z.string().regex(durationPattern, 'expected a duration such as 30s, 5m or 1h30m')

const longestPauseSeconds = 24 * 3600

/** A pause between tries: one that never ends would be no retry. */
const pause = duration.refine(text => (secondsOf(text) ?? 0) <= longestPauseSeconds, 'expected at most 24h')

/** When and how an application is synced: Argo CD's schema. */
export const syncPolicy = z.looseObject({
  automated: z
    .looseObject({
      enabled: z.boolean().optional().describe('false: as if automated were missing. Default true.'),
      prune: z.boolean().optional().describe('Delete objects that left Git.'),
      selfHeal: z.boolean().optional().describe('Put back what was changed by hand.'),
      allowEmpty: z.boolean().optional().describe('Allow a render without objects to prune everything.'),
    })
    .nullish()
    .describe('Sync on merge; without it a sync waits for `/plumbline sync`.'),
  syncOptions: strings.optional().describe('Key=value, e.g. CreateNamespace=true.'),
  managedNamespaceMetadata: z
    .looseObject({
      labels: stringMap.optional().describe('Labels of the namespace.'),
      annotations: stringMap.optional().describe('Annotations of the namespace.'),
    })
    .optional()
    .describe('What the namespace is created with by the sync option CreateNamespace=true.'),
  retry: z
    .looseObject({
      limit: z
        .number()
        .int()
        .min(-1)
        .max(mostRetries)
        .optional()
        .describe(`How often at most; -1 means ${mostRetries} times. Default 5.`),
      backoff: z
        .looseObject({
          duration: pause.optional().describe('First pause. Default 5s.'),
          factor: z
            .number()
            .min(1)
            .max(100)
            .optional()
            .describe('Each pause is so many times the one before. Default 2.'),
          maxDuration: pause.optional().describe('Longest pause. Default 3m.'),
        })
        .optional()
        .describe('The pauses between tries.'),
    })
    .optional()
    .describe('Tries again after errors that may pass: conflicts, timeouts, overload.'),
})

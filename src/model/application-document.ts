import { z } from 'zod'
import { stringMap, strings } from './document-parts.ts'
import { secondsOf } from './duration.ts'
import { namespacePattern, timeoutAnnotation } from './fields.ts'
import { healthCheckExprs } from './health-check-document.ts'
import { mostSources, source } from './source-document.ts'
import { syncPolicy } from './sync-policy-document.ts'

/** apiVersions under which Application documents are found in repositories today. */
export const applicationApiVersions = ['plumbline.dev/v1alpha1', 'argoproj.io/v1alpha1'] as const

const ignoreDifference = z.looseObject({
  group: z.string().optional().describe('API group; the core group is empty. Any, when missing.'),
  kind: z.string().describe('Kind of the objects that this holds for.'),
  name: z.string().optional().describe('Any, when missing.'),
  namespace: z.string().optional().describe('Any, when missing.'),
  jsonPointers: strings.optional().describe('Fields as JSON pointers (RFC 6901), e.g. /spec/replicas.'),
  jqPathExpressions: strings
    .optional()
    .describe('Fields as jq paths, e.g. .spec.template.spec.containers[0].image.'),
  managedFieldsManagers: strings.optional().describe('Every field that one of these field managers owns.'),
})

const longestTimeoutSeconds = 24 * 3600

const annotations = stringMap.superRefine((it, context) => {
  const text = it[timeoutAnnotation]
  if (text === undefined) return
  const seconds = secondsOf(text)
  if (seconds !== null && seconds > 0 && seconds <= longestTimeoutSeconds) return
  const message = 'expected a duration such as 90s, 5m or 1h30m, at most 24h'
  context.addIssue({ code: 'custom', path: [timeoutAnnotation], message })
})

/** The Application document as people write it: Argo CD's schema. Unknown fields are allowed, as Argo CD has many. */
export const applicationDocument = z
  .looseObject({
    apiVersion: z.enum(applicationApiVersions),
    kind: z.literal('Application'),
    metadata: z.looseObject({
      name: z
        .string()
        .regex(/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/, 'expected a DNS name: lower case letters, digits, - and .')
        .max(63, 'at most 63 characters: the name is a label value on every object'),
      namespace: z.string().optional().describe('Read for compatibility; it has no effect.'),
      annotations: annotations
        .optional()
        .describe(
          'plumbline.dev/sync-timeout: 5m; plumbline.dev/manifest-generate-paths: globs of what the render also reads, separated by ;',
        ),
    }),
    spec: z.looseObject({
      project: z.string().optional().describe('Read for compatibility; it has no effect.'),
      source: source.optional().describe('Where the manifests come from.'),
      sources: z
        .array(source)
        .min(1)
        .max(mostSources)
        .optional()
        .describe('Several of them, instead of source.'),
      destination: z
        .looseObject({
          name: z.string().optional().describe('Cluster name, as its agent registered it.'),
          server: z.string().optional().describe('API server URL, as its agent registered it.'),
          namespace: z
            .string()
            .refine(
              it => it === '' || namespacePattern.test(it),
              'expected the name of a namespace: lower case letters, digits and -',
            )
            .optional()
            .describe('For namespaced objects that name none. Default default.'),
        })
        .describe('Where the objects go.'),
      syncPolicy: syncPolicy.optional().describe('When and how it is synced.'),
      ignoreDifferences: z
        .array(ignoreDifference)
        .max(500)
        .optional()
        .describe('Fields that are neither compared nor written.'),
      healthCheckExprs: healthCheckExprs
        .optional()
        .describe('When objects of a kind are healthy, as CEL expressions; in place of the rules built in.'),
      revisionHistoryLimit: z
        .number()
        .int()
        .min(0)
        .max(100)
        .optional()
        .describe('How many successful revisions are kept for rollback. Default 10.'),
    }),
  })
  .describe('One set of objects that Plumbline keeps on one cluster.')
  .refine(it => (it.spec.source === undefined) !== (it.spec.sources === undefined), {
    path: ['spec', 'source'],
    message: 'give either source or sources',
  })
  .refine(it => Boolean(it.spec.destination.name) !== Boolean(it.spec.destination.server), {
    path: ['spec', 'destination'],
    message: "give the cluster's name or its server, not both",
  })

export type ApplicationDocument = z.infer<typeof applicationDocument>

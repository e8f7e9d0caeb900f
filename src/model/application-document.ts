import { z } from 'zod'
import { durationPattern, secondsOf } from './duration.ts'
import { namespacePattern, mostRetries, timeoutAnnotation } from './fields.ts'
import { healthCheckExprs } from './health-check-document.ts'

/** apiVersions under which Application documents are found in repositories today. */
export const applicationApiVersions = ['plumbline.dev/v1alpha1', 'argoproj.io/v1alpha1'] as const

const strings = z.array(z.string())
const stringMap = z.record(z.string(), z.string())

const patchTarget = z
  .object({
    group: z.string().optional().describe('API group.'),
    version: z.string().optional().describe('Version of the API group.'),
    kind: z.string().optional().describe('Kind.'),
    name: z.string().optional().describe('Name; may be a regular expression.'),
    namespace: z.string().optional().describe('Namespace; may be a regular expression.'),
    labelSelector: z.string().optional().describe('Labels, as kubectl get -l takes them.'),
    annotationSelector: z.string().optional().describe('Annotations, written as labels are.'),
  })
  .describe('Which objects are patched.')

const patch = z
  .object({
    path: z.string().optional().describe('A file with the patch, relative to the path.'),
    patch: z.string().optional().describe('The patch itself: strategic merge or JSON 6902, as YAML text.'),
    target: patchTarget.optional(),
    options: z
      .record(z.string(), z.boolean())
      .optional()
      .describe('allowNameChange and allowKindChange. Default false.'),
  })
  .refine(it => Boolean(it.path) !== Boolean(it.patch), { message: 'give either path or patch' })

const kustomize = z.looseObject({
  namePrefix: z.string().optional().describe('Prepended to every name.'),
  nameSuffix: z.string().optional().describe('Appended to every name.'),
  namespace: z.string().optional().describe('Namespace set on every namespaced object.'),
  images: strings.optional().describe('Image overrides: [old=]name[:tag|@digest].'),
  replicas: z
    .array(z.object({ name: z.string(), count: z.coerce.number().int().min(0) }))
    .optional()
    .describe('Replica counts by workload name.'),
  commonLabels: stringMap.optional().describe('Labels set on every object.'),
  labelWithoutSelector: z
    .boolean()
    .optional()
    .describe('Keep common labels out of selectors and templates. Default false.'),
  labelIncludeTemplates: z
    .boolean()
    .optional()
    .describe('With labelWithoutSelector: set common labels on templates all the same. Default false.'),
  forceCommonLabels: z
    .boolean()
    .optional()
    .describe('Common labels may replace those that the kustomization sets. Default false.'),
  commonAnnotations: stringMap.optional().describe('Annotations set on every object.'),
  forceCommonAnnotations: z
    .boolean()
    .optional()
    .describe('Common annotations may replace those that the kustomization sets. Default false.'),
  commonAnnotationsEnvsubst: z
    .boolean()
    .optional()
    .describe(
      'Put in values of $ARGOCD_APP_NAME, $ARGOCD_APP_NAMESPACE, $ARGOCD_APP_SOURCE_PATH, _REPO_URL and _TARGET_REVISION. Default false.',
    ),
  components: strings.optional().describe('Kustomize components, relative to the path.'),
  ignoreMissingComponents: z.boolean().optional().describe('A component may be missing. Default false.'),
  patches: z.array(patch).optional().describe("Patches in addition to the kustomization's own."),
  kubeVersion: z
    .string()
    .optional()
    .describe('Read for compatibility; it has no effect: charts inside of kustomizations are not rendered.'),
  apiVersions: strings
    .optional()
    .describe('Read for compatibility; it has no effect: charts inside of kustomizations are not rendered.'),
  version: z
    .string()
    .optional()
    .refine(
      it => !it,
      'another kustomize than the one that comes with Plumbline cannot be chosen; leave it out',
    )
    .describe('Must be left out: there is one version of kustomize.'),
})

const helm = z.looseObject({
  releaseName: z.string().optional().describe("Helm release name; the application's name when missing."),
  valueFiles: strings.optional().describe('Value files, relative to the path.'),
  values: z.string().optional().describe('Inline values as YAML text.'),
  valuesObject: z.record(z.string(), z.unknown()).optional().describe('Inline values; wins over `values`.'),
  parameters: z
    .array(
      z.object({ name: z.string(), value: z.string().default(''), forceString: z.boolean().default(false) }),
    )
    .optional()
    .describe('Single values, as with --set.'),
  fileParameters: z
    .array(
      z.object({
        name: z.string().describe('Name of the value, as with --set-file.'),
        path: z.string().describe('The file.'),
      }),
    )
    .optional()
    .describe('Single values that are the content of a file, as with --set-file; relative to the path.'),
  namespace: z
    .string()
    .optional()
    .describe("Namespace that templates see as .Release.Namespace; the destination's when missing."),
  kubeVersion: z
    .string()
    .optional()
    .describe("Kubernetes version that templates see; the destination cluster's when missing."),
  apiVersions: strings
    .optional()
    .describe(
      "API versions that templates see, as [group/]version/Kind; the destination cluster's when missing.",
    ),
  skipTests: z.boolean().optional().describe("Read for compatibility; a chart's tests are always left out."),
  skipSchemaValidation: z
    .boolean()
    .optional()
    .describe("Do not hold the values against the chart's values.schema.json. Default false."),
  passCredentials: z
    .boolean()
    .optional()
    .describe('Read for compatibility; it has no effect: credentials go to the hosts that the agent lists.'),
  skipCrds: z
    .boolean()
    .optional()
    .describe("Leave out the chart's CustomResourceDefinitions. Default false."),
  ignoreMissingValueFiles: z.boolean().optional().describe('A value file may be missing. Default false.'),
})

const flux = z.looseObject({
  commonMetadata: z
    .object({
      labels: stringMap.optional().describe('Labels.'),
      annotations: stringMap.optional().describe('Annotations.'),
    })
    .optional()
    .describe('Labels and annotations set on every object after the build.'),
  substitute: stringMap.optional().describe('Values for ${name} in what was built.'),
  readBelow: strings
    .optional()
    .describe('Folders whose Flux documents are applications of their own, and no objects of this one.'),
})

/** Each of them is a checkout and a run of a tool. */
const mostSources = 50

const source = z.looseObject({
  repoURL: z
    .string()
    .min(1)
    .describe(
      'Git repository; with `chart`, where the chart is: https://host/path, oci://host/path (or without oci://), s3://bucket/prefix.',
    ),
  targetRevision: z
    .string()
    .optional()
    .describe(
      'Branch, tag or commit; HEAD when missing. With `chart`: its version, or a range such as ^1.2; the newest when missing.',
    ),
  path: z.string().optional().describe('Directory inside the repository.'),
  chart: z
    .string()
    .optional()
    .describe('Chart name, when repoURL is a Helm repository, a registry or a bucket.'),
  ref: z.string().optional().describe('Name for value files of other sources to refer to as $name.'),
  directory: z
    .looseObject({
      recurse: z.boolean().optional().describe('Read folders below it too. Default false.'),
      include: z.string().optional().describe('Glob of the files to read, relative to the path.'),
      exclude: z.string().optional().describe('Glob of the files to leave out; wins over include.'),
    })
    .optional()
    .describe('For a directory of plain YAML and JSON.'),
  kustomize: kustomize
    .optional()
    .describe('For a directory with a kustomization.yaml: options in addition to it.'),
  flux: flux
    .optional()
    .describe("Build the path as Flux's kustomize-controller does; what Flux Kustomizations are read into."),
  helm: helm.optional().describe('For a chart.'),
})

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

/** A duration as Go and Argo CD write it: `90s`, `5m`, `1h30m`. */
const duration = z.string().regex(durationPattern, 'expected a duration such as 30s, 5m or 1h30m')

const longestPauseSeconds = 24 * 3600

/** A pause between tries: one that never ends would be no retry. */
const pause = duration.refine(text => (secondsOf(text) ?? 0) <= longestPauseSeconds, 'expected at most 24h')

const longestTimeoutSeconds = 24 * 3600

const annotations = stringMap.superRefine((it, context) => {
  const text = it[timeoutAnnotation]
  if (text === undefined) return
  const seconds = secondsOf(text)
  if (seconds !== null && seconds > 0 && seconds <= longestTimeoutSeconds) return
  const message = 'expected a duration such as 90s, 5m or 1h30m, at most 24h'
  context.addIssue({ code: 'custom', path: [timeoutAnnotation], message })
})

/** Argo CD's "without end". A sync is tried again as often as anybody may ask for. */

const syncPolicy = z.looseObject({
  automated: z
    .looseObject({
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
export type SourceDocument = z.infer<typeof source>

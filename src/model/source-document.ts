import { z } from 'zod'
import { stringMap, strings } from './document-parts.ts'

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
export const mostSources = 50

export const source = z.looseObject({
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

export type SourceDocument = z.infer<typeof source>

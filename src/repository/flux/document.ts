import { z } from 'zod'
import { healthCheckExprs } from '../../model/health-check-document.ts'

/*
 * Flux's documents, as far as they are read. Sources: the API references of kustomize-controller (v1), helm-controller (v2) and
 * source-controller (v1). Unknown fields are allowed: intervals and the like have no meaning here.
 */

const stringMap = z.record(z.string(), z.string())
const strings = z.array(z.string())
const nameOf = z.string().min(1)
const metadata = z.looseObject({ name: nameOf, namespace: z.string().optional() })
const reference = z.looseObject({ kind: z.string(), name: nameOf, namespace: z.string().optional() })
const present = z.unknown().optional()

const patchTarget = z.object({
  group: z.string().optional(),
  version: z.string().optional(),
  kind: z.string().optional(),
  name: z.string().optional(),
  namespace: z.string().optional(),
  labelSelector: z.string().optional(),
  annotationSelector: z.string().optional(),
})

const kustomization = z.looseObject({
  kind: z.literal('Kustomization'),
  metadata,
  spec: z.looseObject({
    path: z.string().optional(),
    prune: z.boolean(),
    sourceRef: reference,
    suspend: z.boolean().optional(),
    targetNamespace: z.string().optional(),
    namePrefix: z.string().optional(),
    nameSuffix: z.string().optional(),
    timeout: z.string().optional(),
    images: z
      .array(
        z.looseObject({
          name: nameOf,
          newName: z.string().optional(),
          newTag: z.string().optional(),
          digest: z.string().optional(),
        }),
      )
      .optional(),
    patches: z.array(z.looseObject({ patch: z.string(), target: patchTarget.optional() })).optional(),
    components: strings.optional(),
    ignoreMissingComponents: z.boolean().optional(),
    commonMetadata: z.object({ labels: stringMap.optional(), annotations: stringMap.optional() }).optional(),
    postBuild: z
      .looseObject({ substitute: stringMap.optional(), substituteFrom: z.array(reference).optional() })
      .optional(),
    healthCheckExprs: healthCheckExprs.optional(),
    kubeConfig: present,
    decryption: present,
  }),
})

const helmRelease = z.looseObject({
  kind: z.literal('HelmRelease'),
  metadata,
  spec: z.looseObject({
    chart: z
      .looseObject({
        kind: z.string().optional(),
        spec: z.looseObject({
          chart: z.string().optional(),
          version: z.string().optional(),
          sourceRef: reference.optional(),
          valuesFiles: strings.optional(),
          ignoreMissingValuesFiles: z.boolean().optional(),
        }),
      })
      .optional(),
    chartRef: reference.optional(),
    releaseName: z.string().optional(),
    targetNamespace: z.string().optional(),
    suspend: z.boolean().optional(),
    timeout: z.string().optional(),
    values: z.record(z.string(), z.unknown()).optional(),
    valuesFrom: z.array(z.looseObject({ kind: z.string(), name: z.string() })).optional(),
    install: z
      .looseObject({
        crds: z.string().optional(),
        createNamespace: z.boolean().optional(),
        disableSchemaValidation: z.boolean().optional(),
      })
      .optional(),
    driftDetection: z.looseObject({ mode: z.string().optional() }).optional(),
    postRenderers: z.array(z.unknown()).optional(),
    commonMetadata: present,
    kubeConfig: present,
  }),
})

const ref = z
  .looseObject({
    branch: z.string().optional(),
    tag: z.string().optional(),
    commit: z.string().optional(),
    semver: z.string().optional(),
    name: z.string().optional(),
    digest: z.string().optional(),
  })
  .optional()

const origin = z.looseObject({
  kind: z.enum(['GitRepository', 'HelmRepository', 'OCIRepository', 'Bucket']),
  metadata,
  spec: z.looseObject({ url: z.string().optional(), type: z.string().optional(), ref }),
})

/** The apiVersion has been looked at before: by group, as newer and older versions say the same with these fields. */
export const fluxSchemas = {
  Kustomization: kustomization,
  HelmRelease: helmRelease,
  GitRepository: origin,
  HelmRepository: origin,
  OCIRepository: origin,
  Bucket: origin,
} as const

export type FluxKustomization = z.infer<typeof kustomization>
export type FluxHelmRelease = z.infer<typeof helmRelease>
export type FluxOrigin = z.infer<typeof origin>

/** Groups and the kinds of them that are read. */
export const fluxKinds: Readonly<Record<string, readonly string[]>> = {
  'kustomize.toolkit.fluxcd.io': ['Kustomization'],
  'helm.toolkit.fluxcd.io': ['HelmRelease'],
  'source.toolkit.fluxcd.io': ['GitRepository', 'HelmRepository', 'OCIRepository', 'Bucket'],
}

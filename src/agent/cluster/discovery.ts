import { z } from 'zod'
import type { Discovery, Resource } from './cluster.ts'

/** Aggregated discovery, stable since Kubernetes 1.30; the beta form, read alike, since 1.27. */
export const aggregatedDiscovery = ['v2', 'v2beta1']
  .map(version => `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`)
  .join(',')

const served = z.object({
  resource: z.string(),
  responseKind: z
    .object({ group: z.string().default(''), version: z.string().default(''), kind: z.string() })
    .nullish(),
  scope: z.string(),
  verbs: z.array(z.string()).nullish(),
})

/** APIGroupDiscoveryList, as far as it is needed. Groups and versions stand in the server's order of preference. */
export const discoveryDocument = z.object({
  kind: z.literal('APIGroupDiscoveryList'),
  items: z
    .array(
      z.object({
        metadata: z.object({ name: z.string().default('') }).default({ name: '' }),
        versions: z
          .array(
            z.object({
              version: z.string(),
              freshness: z.string().default('Current'),
              resources: z.array(served).nullish(),
            }),
          )
          .nullish(),
      }),
    )
    .nullish(),
})

export const versionDocument = z.object({ gitVersion: z.string() })

type DiscoveryDocument = z.infer<typeof discoveryDocument>

export function discoveryFrom(documents: readonly DiscoveryDocument[], kubernetesVersion: string): Discovery {
  const byVersion = new Map<string, Resource>()
  const byGroup = new Map<string, Resource>()
  const apiVersions: string[] = []
  const failedGroups = new Set<string>()
  for (const { metadata, versions } of documents.flatMap(document => document.items ?? [])) {
    const group = metadata.name
    for (const { version, freshness, resources } of versions ?? []) {
      const apiVersion = group === '' ? version : `${group}/${version}`
      apiVersions.push(apiVersion)
      // Stale: the extension API server behind this version did not answer; the list is old or empty.
      if (freshness !== 'Current') failedGroups.add(group)
      for (const resource of resources ?? []) {
        const { responseKind } = resource
        if (!responseKind) continue
        const key = `${apiVersion}/${responseKind.kind}`
        if (byVersion.has(key)) continue
        const found: Resource = {
          group,
          version,
          kind: responseKind.kind,
          plural: resource.resource,
          namespaced: resource.scope === 'Namespaced',
          verbs: resource.verbs ?? [],
        }
        apiVersions.push(key)
        byVersion.set(key, found)
        const preferred = `${group}/${found.kind}`
        if (!byGroup.has(preferred)) byGroup.set(preferred, found)
      }
    }
  }
  return {
    find: (apiVersion, kind) => byVersion.get(`${apiVersion}/${kind}`) ?? null,
    preferred: (group, kind) => byGroup.get(`${group}/${kind}`) ?? null,
    failedGroups,
    kubernetesVersion,
    apiVersions,
  }
}

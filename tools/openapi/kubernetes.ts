/**
 * Writes `src/repository/schema/kubernetes.json.br`: the schemas of the pinned Kubernetes version, as its API server publishes them.
 * `plumbline validate` checks manifests against it when no cluster is asked.
 *
 *     node tools/openapi/kubernetes.ts
 */
import { writeFile } from 'node:fs/promises'
import { constants, brotliCompressSync } from 'node:zlib'
import { openApiOf } from '../../src/agent/cluster/open-api.ts'
import { loadKubeConfig } from '../../src/agent/cluster/kube-config.ts'
import { type BundledSchemas, bundleFile } from '../../src/repository/schema/bundled.ts'
import { createCluster } from '../control-plane/cluster.ts'
import { compactComponents } from './compact-kubernetes.ts'

async function readCluster(): Promise<BundledSchemas> {
  const cluster = await createCluster({ name: 'openapi', nodes: 1 })
  const { signal } = new AbortController()
  const openApi = await openApiOf(loadKubeConfig({ kubeconfig: cluster.kubeconfig }), signal)
  try {
    const groups = await Promise.all(
      [...openApi.apiVersions].sort().map(async apiVersion => {
        const { kinds, components } = (await openApi.load(apiVersion, signal))!
        return { apiVersion, kinds, components }
      }),
    )
    const served = groups.filter(({ kinds }) => kinds.size > 0)
    return {
      version: openApi.kubernetesVersion,
      kinds: Object.fromEntries(
        served.map(({ apiVersion, kinds }) => [apiVersion, Object.fromEntries([...kinds].sort(byName))]),
      ),
      components: compactComponents(
        Object.assign({}, ...served.map(it => it.components)),
        served.flatMap(({ kinds }) => [...kinds.values()]),
      ),
    }
  } finally {
    openApi.close()
    await cluster.down()
  }
}

const byName = ([a]: readonly [string, string], [b]: readonly [string, string]) => (a < b ? -1 : 1)

const bundle = await readCluster()
const json = Buffer.from(JSON.stringify(bundle))
const packed = brotliCompressSync(json, {
  params: {
    [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
    [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS,
    [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT,
  },
})
await writeFile(bundleFile, packed)
process.stdout.write(
  `Kubernetes ${bundle.version}: ${Object.keys(bundle.components).length} components, ${json.length} bytes, ${packed.length} packed\n`,
)

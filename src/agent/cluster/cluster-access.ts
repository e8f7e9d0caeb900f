import { readFileSync } from 'node:fs'
import type { RequestOptions } from 'node:https'
import { dirname, resolve } from 'node:path'
import { load } from 'js-yaml'
import { z } from 'zod'
import { type KubeConfigOptions, kubeConfigFiles } from './kube-config-files.ts'

/** Which API server to talk to, and as whom. The KubeConfig of @kubernetes/client-node is one. */
export interface ClusterAccess {
  getCurrentContext(): string
  getCurrentCluster(): { readonly server: string; readonly proxyUrl?: string | undefined } | null
  /** Adds what a request needs to be trusted and to trust. Rejects when there are no credentials to be had. */
  applyToHTTPSOptions(options: RequestOptions): Promise<void>
}

/**
 * Finds out which API server to talk to and as whom: the file named, else the files of KUBECONFIG, else the service account of the
 * pod that this runs in, else `~/.kube/config`. Rejects with InvalidInputError that says what was looked for.
 *
 * A kubeconfig with a token or a certificate, which most have, is read here; plugins, proxies and whatever else there is are left to
 * @kubernetes/client-node, which takes longer to load than a small plan takes in all.
 */
export async function openClusterAccess(options: KubeConfigOptions = {}): Promise<ClusterAccess> {
  const files = kubeConfigFiles(options, options.env ?? process.env)
  const plain = files.length === 1 ? plainAccess(files[0]!, options.context) : null
  if (plain) return plain
  const { loadKubeConfig } = await import('./kube-config.ts')
  return loadKubeConfig(options)
}

/** Strict, so that a field which means something to others is not passed over. */
const cluster = z.strictObject({
  server: z.url({ protocol: /^https?$/ }),
  'certificate-authority': z.string().optional(),
  'certificate-authority-data': z.base64().optional(),
  'insecure-skip-tls-verify': z.boolean().optional(),
  'tls-server-name': z.string().optional(),
  extensions: z.unknown().optional(),
})

const user = z.strictObject({
  token: z.string().optional(),
  'client-certificate': z.string().optional(),
  'client-certificate-data': z.base64().optional(),
  'client-key': z.string().optional(),
  'client-key-data': z.base64().optional(),
})

const kubeConfig = z.object({
  'current-context': z.string().optional(),
  contexts: z.array(
    z.object({ name: z.string(), context: z.object({ cluster: z.string(), user: z.string() }) }),
  ),
  clusters: z.array(z.object({ name: z.string(), cluster: z.unknown() })),
  users: z.array(z.object({ name: z.string(), user: z.unknown() })),
})

/** Null when the file holds anything out of the ordinary, mistakes included. */
function plainAccess(file: string, wanted: string | undefined): ClusterAccess | null {
  const config = kubeConfig.safeParse(contentOf(file)).data
  if (!config) return null
  const context = wanted ?? config['current-context'] ?? ''
  const chosen = config.contexts.find(it => it.name === context)?.context
  const to = cluster.safeParse(config.clusters.find(it => it.name === chosen?.cluster)?.cluster).data
  const as = user.safeParse(config.users.find(it => it.name === chosen?.user)?.user).data
  if (!to || !as) return null
  const credentials = credentialsOf({ to, as, folder: dirname(file) })
  return (
    credentials && {
      getCurrentContext: () => context,
      getCurrentCluster: () => ({ server: to.server }),
      applyToHTTPSOptions: async options => {
        Object.assign(options, credentials)
      },
    }
  )
}

function contentOf(file: string): unknown {
  try {
    return load(readFileSync(file, 'utf8'), { maxAliases: 0 })
  } catch {
    // Whoever reads it with care says why.
    return null
  }
}

interface Found {
  readonly to: z.infer<typeof cluster>
  readonly as: z.infer<typeof user>
  /** Paths in a kubeconfig are relative to it. */
  readonly folder: string
}

/** Null when a file that is named cannot be read. */
function credentialsOf({ to, as, folder }: Found): RequestOptions | null {
  const bytes = (data: string | undefined, path: string | undefined) => {
    if (data !== undefined) return { given: Buffer.from(data, 'base64') }
    return path === undefined ? {} : { given: readFileSync(resolve(folder, path)) }
  }
  try {
    const ca = bytes(to['certificate-authority-data'], to['certificate-authority']).given
    const cert = bytes(as['client-certificate-data'], as['client-certificate']).given
    const key = bytes(as['client-key-data'], as['client-key']).given
    return {
      ...(ca ? { ca } : {}),
      ...(cert ? { cert } : {}),
      ...(key ? { key } : {}),
      ...(to['insecure-skip-tls-verify'] ? { rejectUnauthorized: false } : {}),
      ...(to['tls-server-name'] ? { servername: to['tls-server-name'] } : {}),
      ...(as.token ? { headers: { Authorization: `Bearer ${as.token}` } } : {}),
    }
  } catch {
    return null
  }
}

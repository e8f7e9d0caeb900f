import { mkdir, readFile, realpath, rename, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { z } from 'zod'
import { hasCode, ToolError } from '../machine/errors.ts'

/** Where this checkout keeps its clusters, so that two checkouts never meet. */
export const checkoutClusters = resolve(import.meta.dirname, '..', '..', '.plumbline', 'clusters')

/** Everything one cluster has on disk, below one folder that goes with it. */
export interface ClusterFolder {
  readonly name: string
  readonly root: string
  /** Held while the cluster is started or removed; beside the folder, which comes and goes. */
  readonly lock: string
  /** Which start of a cluster of this name the folder belongs to. */
  readonly instance: string
  /** Written last, when everything works. Without it the cluster is half started. */
  readonly ready: string
  /** For people and tests: user `admin`, everything allowed. */
  readonly kubeconfig: string
  readonly logs: string
  readonly etcdData: string
  readonly certificates: string
  readonly tokens: string
  readonly serviceAccountKey: string
  readonly serviceAccountPublicKey: string
  readonly stages: string
}

const namePattern = /^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$/

/** The places of the cluster `name` below `parent`, which is created. The cluster itself need not exist. */
export async function clusterFolder(name: string, parent = checkoutClusters): Promise<ClusterFolder> {
  if (!namePattern.test(name)) {
    throw new ToolError(
      `cannot name a cluster '${name}': use at most 40 lower-case letters, digits and dashes, such as 'dev'`,
    )
  }
  await mkdir(parent, { recursive: true })
  // Processes are found by this path among their arguments, so it must be spelled in one way only.
  const clusters = await realpath(parent)
  const root = join(clusters, name)
  return {
    name,
    root,
    lock: join(clusters, `.${name}.lock`),
    instance: join(root, 'instance'),
    ready: join(root, 'cluster.json'),
    kubeconfig: join(root, 'kubeconfig'),
    logs: join(root, 'logs'),
    etcdData: join(root, 'etcd'),
    certificates: join(root, 'certificates'),
    tokens: join(root, 'tokens.csv'),
    serviceAccountKey: join(root, 'service-account.key'),
    serviceAccountPublicKey: join(root, 'service-account.pub'),
    stages: join(root, 'stages.yaml'),
  }
}

const readyCluster = z.object({
  server: z.string(),
  token: z.string(),
  certificate: z.string(),
  /** Whether controllers, a scheduler and nodes run too. */
  controllers: z.boolean().default(true),
})

/** How to reach a started cluster's API server: URL, bearer token, and the PEM of the authority to trust. */
export type ClusterAccess = z.infer<typeof readyCluster>

export async function markReady(folder: ClusterFolder, access: ClusterAccess): Promise<void> {
  const unfinished = `${folder.ready}.unfinished`
  await writeFile(unfinished, JSON.stringify(access), { mode: 0o600 })
  await rename(unfinished, folder.ready)
}

/** Undefined if the cluster does not exist or was never completely started. */
export async function readReady(folder: ClusterFolder): Promise<ClusterAccess | undefined> {
  const text = await readIfExists(folder.ready)
  return text === undefined ? undefined : readyCluster.parse(JSON.parse(text))
}

export async function writeInstance(folder: ClusterFolder, instance: string): Promise<void> {
  await writeFile(folder.instance, instance)
}

export async function readInstance(folder: ClusterFolder): Promise<string | undefined> {
  return readIfExists(folder.instance)
}

async function readIfExists(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined
    throw error
  }
}

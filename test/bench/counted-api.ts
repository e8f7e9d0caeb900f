import { readFile, writeFile } from 'node:fs/promises'
import { createServer, request, Agent } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { clusterFolder } from '../../tools/control-plane/cluster-folder.ts'
import type { Cluster } from '../../tools/control-plane/cluster.ts'
import { accessTo } from './api.ts'

export interface Counts {
  /** What the API server offers: `/api`, `/apis`, `/openapi`, `/version`. */
  readonly discovery: number
  readonly reads: number
  readonly dryRuns: number
  readonly writes: number
}

/** The API server behind a counter: whoever uses its kubeconfig is counted, and nobody else. */
export interface CountedApi {
  readonly kubeconfig: string
  /** What was asked since the last call. */
  take(): Counts
  stop(): Promise<void>
}

/**
 * A proxy on loopback that presents the API server's own certificate, so that clients trust it as they trust that. For counting
 * only: it takes time, and what is timed goes to the API server itself.
 */
export async function countApi(cluster: Cluster, folder: string): Promise<CountedApi> {
  const { certificates } = await clusterFolder(cluster.name)
  const cert = await readFile(join(certificates, 'apiserver.crt'))
  const key = await readFile(join(certificates, 'apiserver.key'))
  const { server: upstream } = await accessTo(cluster)
  const agent = new Agent({ keepAlive: true, ca: cert })
  let counts = none()

  const server = createServer({ cert, key }, (incoming, outgoing) => {
    const { method = 'GET', url = '/', headers } = incoming
    counts[kindOf(method, url)]++
    const onward = request(new URL(url, upstream), { method, headers, agent }, answer => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(outgoing)
    })
    onward.on('error', () => outgoing.destroy())
    outgoing.on('close', () => onward.destroy())
    incoming.pipe(onward)
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  const config = await readFile(cluster.kubeconfig, 'utf8')
  const kubeconfig = join(folder, 'counted.kubeconfig')
  await writeFile(kubeconfig, config.replaceAll(upstream, `https://127.0.0.1:${port}`), { mode: 0o600 })
  return {
    kubeconfig,
    take() {
      const taken = counts
      counts = none()
      return taken
    },
    async stop() {
      const closed = new Promise(resolve => server.close(resolve))
      server.closeAllConnections()
      await closed
      agent.destroy()
    },
  }
}

function kindOf(method: string, url: string): keyof Counts {
  const { pathname, searchParams } = new URL(url, 'https://api')
  if (method !== 'GET' && method !== 'HEAD') return searchParams.has('dryRun') ? 'dryRuns' : 'writes'
  const isDiscovery = /^\/(api|apis|version|openapi\/.*)$|^\/api\/v1$|^\/apis\/[^/]+(\/[^/]+)?$/.test(
    pathname,
  )
  return isDiscovery ? 'discovery' : 'reads'
}

function none(): { -readonly [Kind in keyof Counts]: number } {
  return { discovery: 0, reads: 0, dryRuns: 0, writes: 0 }
}

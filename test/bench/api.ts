import { Agent, request } from 'node:https'
import { z } from 'zod'
import { type ClusterAccess, clusterFolder, readReady } from '../../tools/control-plane/cluster-folder.ts'
import type { Cluster } from '../../tools/control-plane/cluster.ts'

const object = z.record(z.string(), z.unknown())
type Json = z.infer<typeof object>

/** A hand on the cluster that is quicker than starting kubectl, so that the time of an edit is known to the millisecond. */
export interface Api {
  read(path: string): Promise<Json>
  /** A strategic merge patch under a manager of its own. Resolves when the API server has taken it. */
  patch(path: string, patch: Json): Promise<Json>
  close(): void
}

export async function accessTo(cluster: Cluster): Promise<ClusterAccess> {
  const access = await readReady(await clusterFolder(cluster.name))
  if (!access) throw new Error(`the cluster ${cluster.name} does not run`)
  return access
}

export async function openApi(cluster: Cluster): Promise<Api> {
  const { server, token, certificate } = await accessTo(cluster)
  const agent = new Agent({ keepAlive: true, ca: certificate })

  function send(method: string, path: string, body?: Json): Promise<Json> {
    const headers = {
      authorization: `Bearer ${token}`,
      accept: 'application/json',
      ...(body ? { 'content-type': 'application/strategic-merge-patch+json' } : {}),
    }
    return new Promise((resolve, reject) => {
      const sent = request(new URL(path, server), { method, headers, agent }, answer => {
        const chunks: Buffer[] = []
        answer.on('data', (chunk: Buffer) => chunks.push(chunk))
        answer.once('error', reject)
        answer.once('end', () => {
          const text = Buffer.concat(chunks).toString()
          if (answer.statusCode === 200) resolve(object.parse(JSON.parse(text)))
          else reject(new Error(`could not ${method} ${path}: ${answer.statusCode} ${text}`))
        })
      })
      sent.once('error', reject)
      sent.end(body && JSON.stringify(body))
    })
  }

  return {
    read: path => send('GET', path),
    patch: (path, patch) => send('PATCH', `${path}?fieldManager=bench-by-hand`, patch),
    close: () => agent.destroy(),
  }
}

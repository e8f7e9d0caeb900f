import { Agent, request } from 'node:https'
import type { ClusterAccess } from '../../../tools/control-plane/cluster-folder.ts'

const lanes = 48

/** Makes ConfigMaps that nobody of ours manages, spread over the namespaces. */
export async function createForeign(
  { server, token, certificate }: ClusterAccess,
  namespaces: readonly string[],
  count: number,
  signal: AbortSignal,
): Promise<void> {
  const agent = new Agent({ keepAlive: true, ca: certificate, maxSockets: lanes })
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  const numbers = Array.from({ length: count }, (_, at) => at).values()

  function create(at: number): Promise<void> {
    const path = `/api/v1/namespaces/${namespaces[at % namespaces.length]}/configmaps?fieldManager=others`
    const body = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: `foreign-${at}`, labels: { app: `others-${at}`, team: 'others' } },
      data: { text: `Number ${at}. ${'It belongs to somebody else. '.repeat(10)}` },
    }
    return new Promise((resolve, reject) => {
      const sent = request(new URL(path, server), { method: 'POST', headers, agent, signal }, answer => {
        answer.resume()
        answer.once('end', () => {
          if (answer.statusCode === 201) resolve()
          else reject(new Error(`could not create ${path}: ${answer.statusCode}`))
        })
      })
      sent.once('error', reject)
      sent.end(JSON.stringify(body))
    })
  }

  const lane = async () => {
    for (const at of numbers) await create(at)
  }
  await Promise.all(Array.from({ length: lanes }, lane))
  agent.destroy()
}

import { Agent, request } from 'node:https'
import { loadKubeConfig } from '../../src/agent/cluster/kube-config.ts'
import type { KubernetesObject } from '../../src/model/object.ts'

export interface Answer {
  readonly status: number
  readonly body: KubernetesObject
}

export interface Call {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** With its query. */
  readonly path: string
  readonly body?: unknown
  /** Default `application/json`. */
  readonly type?: string
}

/** The API server as a person's tools speak to it, without the tenth of a second that a tool takes to start. Every answer is one. */
export interface Api {
  call(call: Call): Promise<Answer>
  close(): void
}

export function openApi(kubeconfig: string): Api {
  const config = loadKubeConfig({ kubeconfig })
  const cluster = config.getCurrentCluster()
  const token = config.getCurrentUser()?.token
  if (!cluster?.caData || !token) throw new Error(`${kubeconfig} has no authority or no token`)
  const agent = new Agent({ keepAlive: true, maxSockets: 16, ca: Buffer.from(cluster.caData, 'base64') })

  return {
    call({ method, path, body, type = 'application/json' }) {
      const text = body === undefined ? '' : JSON.stringify(body)
      const headers = {
        authorization: `Bearer ${token}`,
        accept: 'application/json',
        // Not added by itself to a DELETE.
        ...(text === '' ? {} : { 'content-type': type, 'content-length': Buffer.byteLength(text) }),
      }
      return new Promise((resolve, reject) => {
        const sent = request(new URL(path, cluster.server), { method, headers, agent }, answer => {
          const chunks: Buffer[] = []
          answer.on('data', (chunk: Buffer) => chunks.push(chunk))
          answer.once('error', reject)
          answer.once('end', () => {
            const answered = JSON.parse(Buffer.concat(chunks).toString()) as KubernetesObject
            resolve({ status: answer.statusCode ?? 0, body: answered })
          })
        })
        sent.once('error', reject)
        sent.end(text)
      })
    },
    close: () => agent.destroy(),
  }
}

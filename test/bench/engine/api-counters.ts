import { request } from 'node:https'
import type { Cluster } from '../../../tools/control-plane/cluster.ts'
import { accessTo } from '../api.ts'

/** What an API server says that it was asked since it started. */
export interface ApiCounters {
  readonly dryRuns: number
  /** Of people's and tools' making: watches and leases, which controllers keep going by themselves, are left out. */
  readonly requests: number
}

/** Source: Kubernetes metrics reference, `apiserver_request_total`. */
export async function readCounters(cluster: Cluster): Promise<ApiCounters> {
  const text = await metricsOf(cluster)
  let dryRuns = 0
  let requests = 0
  for (const [, labels = '', value = '0'] of text.matchAll(
    /^apiserver_request_total\{(.*)\} ([0-9.e+]+)$/gm,
  )) {
    if (/resource="(leases|events)"|verb="WATCH"/.test(labels)) continue
    requests += Number(value)
    if (/dry_run="[^"]+"/.test(labels)) dryRuns += Number(value)
  }
  return { dryRuns, requests }
}

async function metricsOf(cluster: Cluster): Promise<string> {
  const { server, token, certificate } = await accessTo(cluster)
  const headers = { authorization: `Bearer ${token}` }
  return new Promise((resolve, reject) => {
    const sent = request(new URL('/metrics', server), { headers, ca: certificate }, answer => {
      const chunks: Buffer[] = []
      answer.on('data', (chunk: Buffer) => chunks.push(chunk))
      answer.once('error', reject)
      answer.once('end', () => resolve(Buffer.concat(chunks).toString()))
    })
    sent.once('error', reject)
    sent.end()
  })
}

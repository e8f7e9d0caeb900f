import { request } from 'node:https'
import type { ClusterAccess } from './cluster-folder.ts'
import { ToolError } from '../machine/errors.ts'

export interface ApiAnswer {
  readonly status: number
  readonly body: string
}

export interface ApiCall {
  readonly method?: 'GET' | 'POST'
  readonly path: string
  /** Sent as JSON. */
  readonly body?: unknown
}

const answerWithinMilliseconds = 5_000

/** One request to the API server; any status is an answer. Rejects if there is no connection or no answer in 5 s. */
export async function callApi(access: ClusterAccess, call: ApiCall): Promise<ApiAnswer> {
  return new Promise((resolve, reject) => {
    const fail = (cause: unknown) =>
      reject(new ToolError(`could not reach ${access.server}${call.path}`, { cause }))
    const sent = request(
      `${access.server}${call.path}`,
      {
        method: call.method ?? 'GET',
        ca: access.certificate,
        agent: false,
        timeout: answerWithinMilliseconds,
        headers: { authorization: `Bearer ${access.token}`, 'content-type': 'application/json' },
      },
      response => {
        let body = ''
        response.setEncoding('utf8')
        response.on('data', (chunk: string) => {
          body += chunk
        })
        response.once('end', () => resolve({ status: response.statusCode ?? 0, body }))
        response.once('error', fail)
      },
    )
    sent.once('timeout', () => sent.destroy(new Error('no answer in time')))
    sent.once('error', fail)
    sent.end(call.body === undefined ? undefined : JSON.stringify(call.body))
  })
}

/** Whether the API server answers and says that it works. */
export async function isReady(access: ClusterAccess): Promise<boolean> {
  const answer = await callApi(access, { path: '/readyz' }).catch(() => undefined)
  return answer?.status === 200
}

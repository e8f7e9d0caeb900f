import type { Client } from './client.ts'
import type { Discovery } from './cluster.ts'
import { aggregatedDiscovery, discoveryDocument, discoveryFrom, versionDocument } from './discovery.ts'
import { ClusterError } from './cluster.ts'

export interface Discoverer {
  discover(signal: AbortSignal): Promise<Discovery>
  forget(): void
}

/** How long an answer is taken as true; what came with a new CustomResourceDefinition is seen after that at the latest. */
const freshMilliseconds = 60_000

/** Asks once and shares the answer with all who ask meanwhile and within the next minute. */
export function createDiscoverer(client: Client): Discoverer {
  let current: Asked | null = null
  return {
    async discover(signal) {
      if (current === null || performance.now() - current.since > freshMilliseconds) {
        // Not the caller's signal: others may wait for the same answer.
        const answer = ask(client, AbortSignal.timeout(60_000))
        const asked: Asked = { answer, discovery: null, since: performance.now() }
        current = asked
        answer.then(
          discovery => {
            asked.discovery = discovery
          },
          () => {
            if (current === asked) current = null
          },
        )
      }
      // Every request asks, so that it must cost next to nothing.
      if (current.discovery && !signal.aborted) return current.discovery
      return unlessAborted(current.answer, signal)
    },
    forget() {
      current = null
    },
  }
}

interface Asked {
  readonly answer: Promise<Discovery>
  /** The answer, once it is there. */
  discovery: Discovery | null
  readonly since: number
}

async function ask(client: Client, signal: AbortSignal): Promise<Discovery> {
  const groups = (path: string) =>
    client.call(
      {
        method: 'GET',
        path,
        attempted: 'discover the kinds that the cluster serves',
        accept: aggregatedDiscovery,
      },
      signal,
    )
  const [core, others, version] = await Promise.all([
    groups('/api'),
    groups('/apis'),
    client.call({ method: 'GET', path: '/version', attempted: "read the cluster's version" }, signal),
  ])
  const documents = [core, others].map(document => discoveryDocument.safeParse(document))
  const parsed = documents.flatMap(document => (document.success ? [document.data] : []))
  if (parsed.length < documents.length) {
    const message = 'could not discover the kinds that the cluster serves: it needs Kubernetes 1.27 or newer'
    throw new ClusterError('server', message, { status: 200, passing: false })
  }
  return discoveryFrom(parsed, versionDocument.parse(version).gitVersion)
}

function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted()
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason)
    signal.addEventListener('abort', abort, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}

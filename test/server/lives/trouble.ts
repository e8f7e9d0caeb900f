import { randomFrom } from '../../agent/sync/proof/random.ts'
import type { GitHubSimulator } from '../../simulator/start-github-simulator.ts'

/** One request in so many meets a fault, and one webhook in so many. */
const requestsPerFault = 10
const deliveriesPerFault = 6
const lookEvery = 20

/**
 * Makes GitHub fail now and then, until it is stopped: 5xx before and after something was done, secondary limits, slow answers, webhooks
 * that are lost, come twice, or come late and so in another order.
 */
export function beginTrouble(github: GitHubSimulator, seed: number): { stop(): void } {
  const random = randomFrom(seed)
  const upTo = (end: number) => Math.floor(random() * end)
  const { faults, limits } = github
  const withRequests = [
    () => faults.onOperation('*', { kind: 'before', status: 502 }),
    () => faults.onOperation('*', { kind: 'before', status: 500 }),
    () => faults.onOperation('issues/create-comment', { kind: 'after', status: 502 }),
    () => faults.onOperation('issues/update-comment', { kind: 'after', status: 500 }),
    () => faults.onOperation('checks/create', { kind: 'after', status: 503 }),
    () => faults.onOperation('checks/update', { kind: 'after', status: 500 }),
    () => faults.onOperation('*', { kind: 'delay', milliseconds: upTo(1500) }),
    () => limits.beginSecondary(upTo(1500)),
  ]
  const withDeliveries = [
    () => faults.onDelivery('*', { kind: 'lose' }),
    () => faults.onDelivery('*', { kind: 'duplicate' }),
    () => faults.onDelivery('*', { kind: 'delay', milliseconds: upTo(2500) }),
  ]
  let requests = 0
  let deliveries = 0
  const timer = setInterval(() => {
    if (github.requests.length >= requests + requestsPerFault) {
      requests = github.requests.length
      withRequests[upTo(withRequests.length)]!()
    }
    if (github.deliveries.length >= deliveries + deliveriesPerFault) {
      deliveries = github.deliveries.length
      withDeliveries[upTo(withDeliveries.length)]!()
    }
  }, lookEvery)
  return {
    stop() {
      clearInterval(timer)
      faults.clear()
    },
  }
}

import { randomFrom } from '../../agent/sync/proof/random.ts'
import type { GitHubSimulator } from '../../simulator/start-github-simulator.ts'

/** How often something goes wrong, in milliseconds. */
const every = 120

/**
 * Makes GitHub fail now and then, until it is stopped: 5xx before and after something was done, secondary limits, slow answers, webhooks
 * that are lost, come twice, or come late and so in another order.
 */
export function beginTrouble(github: GitHubSimulator, seed: number): { stop(): void } {
  const random = randomFrom(seed)
  const upTo = (end: number) => Math.floor(random() * end)
  const { faults, limits } = github
  const troubles = [
    () => faults.onOperation('*', { kind: 'before', status: 502 }),
    () => faults.onOperation('*', { kind: 'before', status: 500 }),
    () => faults.onOperation('issues/create-comment', { kind: 'after', status: 502 }),
    () => faults.onOperation('issues/update-comment', { kind: 'after', status: 500 }),
    () => faults.onOperation('checks/create', { kind: 'after', status: 503 }),
    () => faults.onOperation('checks/update', { kind: 'after', status: 500 }),
    () => faults.onOperation('*', { kind: 'delay', milliseconds: upTo(1500) }),
    () => faults.onDelivery('*', { kind: 'lose' }),
    () => faults.onDelivery('*', { kind: 'duplicate' }),
    () => faults.onDelivery('*', { kind: 'delay', milliseconds: upTo(2500) }),
    () => faults.onDelivery('*', { kind: 'delay', milliseconds: upTo(2500) }),
  ]
  let sinceLimit = 0
  const timer = setInterval(() => {
    troubles[upTo(troubles.length)]!()
    // Rarer: nothing gets through meanwhile.
    if (++sinceLimit < 100 || random() > 0.1) return
    sinceLimit = 0
    limits.beginSecondary(1500)
  }, every)
  return {
    stop() {
      clearInterval(timer)
      faults.clear()
    },
  }
}

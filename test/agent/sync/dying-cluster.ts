import type { Cluster } from '../../../src/agent/cluster/cluster.ts'

/** A cluster seen by a process that is killed after so many writes: from then on nothing ever answers. */
export interface DyingCluster {
  readonly cluster: Cluster
  /** Resolves when the process has died. */
  readonly death: Promise<void>
  readonly writes: () => number
}

export function dyingCluster(alive: Cluster, writesToLive: number): DyingCluster {
  const { promise: death, resolve: die } = Promise.withResolvers<void>()
  let writes = 0
  let dead = writesToLive === 0
  if (dead) die()

  async function read<T>(call: () => Promise<T>): Promise<T> {
    const answer = dead ? await never<T>() : await call()
    return dead ? never() : answer
  }

  async function write<T>(call: () => Promise<T>): Promise<T> {
    if (dead || writes >= writesToLive) return never()
    writes++
    const last = writes === writesToLive
    const answer = await call().finally(() => {
      if (last) {
        dead = true
        die()
      }
    })
    return dead ? never() : answer
  }

  /** Whose turn it is, is no part of what a sync leaves behind. */
  const writing = (kind: string) => (kind === 'Lease' ? read : write)

  const cluster: Cluster = {
    as: () => cluster,
    discover: signal => read(() => alive.discover(signal)),
    forgetDiscovery: () => alive.forgetDiscovery(),
    get: (...call) => read(() => alive.get(...call)),
    list: (...call) => read(() => alive.list(...call)),
    apply: (object, options, signal) =>
      (options.dryRun ? read : write)(() => alive.apply(object, options, signal)),
    patch: (...call) => write(() => alive.patch(...call)),
    create: (object, signal) => writing(object.kind)(() => alive.create(object, signal)),
    replace: (object, signal) => writing(object.kind)(() => alive.replace(object, signal)),
    delete: (resource, ...call) => writing(resource.kind)(() => alive.delete(resource, ...call)),
    logs: (...call) => read(() => alive.logs(...call)),
    async *watch(...call) {
      for await (const event of alive.watch(...call)) yield dead ? await never() : event
    },
  }
  return { cluster, death, writes: () => writes }
}

function never<T>(): Promise<T> {
  return new Promise<T>(() => undefined)
}

import { expect, test } from 'vitest'
import { dyingCluster } from './dying-cluster.ts'
import { resourceOf, type Shop, useSyncFixture } from './fixture.ts'
import { hookJob } from './hook-jobs.ts'
import { settings } from './objects.ts'

const fixture = useSyncFixture()
const { plane } = fixture

const hooks = (fails: boolean) => [
  hookJob('migrate', 'PreSync', { policy: 'BeforeHookCreation,HookSucceeded' }),
  hookJob('trace-', 'PreSync', { wave: 1 }),
  hookJob('warm-up', 'Sync', { ttl: 0 }),
  hookJob('smoke-test', 'PostSync', { fails }),
  hookJob('cry', 'SyncFail'),
]

/** Every Job that has ever been in a namespace: each run of a hook is another uid. */
async function countingJobs(shop: Shop): Promise<{ runs(): Readonly<Record<string, number>>; stop(): void }> {
  const seen = new Map<string, string>()
  const stop = new AbortController()
  const resource = await resourceOf(plane, 'batch/v1', 'Job')
  const { promise: watching, resolve: ready } = Promise.withResolvers<void>()
  const follow = async () => {
    for await (const event of plane.cluster.watch(resource, { namespace: shop.namespace }, stop.signal)) {
      const objects = event.type === 'synced' ? event.objects : [event.object]
      for (const { metadata } of objects)
        seen.set(metadata.uid ?? '', metadata.name.replace(/-[0-9a-f]{7}-.*/, ''))
      ready()
    }
  }
  void follow().catch(() => undefined)
  await watching
  return {
    runs: () =>
      Object.fromEntries(
        [...Map.groupBy(seen.values(), name => name)].map(([name, all]) => [name, all.length]),
      ),
    stop: () => stop.abort(),
  }
}

async function writesOf(fails: boolean): Promise<number> {
  const shop = await fixture.shop()
  const counting = dyingCluster(plane.cluster, Number.POSITIVE_INFINITY)
  await fixture
    .syncer({}, counting.cluster)
    .sync(shop.request([settings('fast'), ...hooks(fails)]), plane.signal)
  return counting.writes()
}

test.each([
  { fails: false, outcome: 'synced', ran: { migrate: 1, trace: 1, 'warm-up': 1, 'smoke-test': 1 } },
  {
    fails: true,
    outcome: 'rolled-back',
    ran: { migrate: 1, trace: 1, 'warm-up': 1, 'smoke-test': 1, cry: 1 },
  },
])(
  'whenever its process is killed, a sync whose last hook fails ($fails) has run each hook once',
  { timeout: 400_000 },
  async ({ fails, outcome, ran }) => {
    const writes = await writesOf(fails)
    expect(writes).toBeGreaterThan(9)
    // One process after the other dies, after few writes each: every one of them finds what those before it have left. Two writes are the
    // Application and its journal.
    for (let first = 2; first <= 4; first++) {
      const shop = await fixture.shop()
      const jobs = await countingJobs(shop)
      const request = shop.request([settings('fast'), ...hooks(fails)])
      const dying = dyingCluster(plane.cluster, first)
      const ended = fixture.syncer({}, dying.cluster).sync(request, plane.signal)
      let result = await Promise.race([ended, dying.death.then(() => null)])
      for (let lives = 0; result === null && lives < writes * 2; lives++) {
        const next = dyingCluster(plane.cluster, 1 + (lives % 3))
        const recovered = await Promise.race([
          fixture.syncer({}, next.cluster).recover(plane.signal),
          next.death.then(() => null),
        ])
        result = recovered?.[0]?.result ?? null
        if (recovered && !result) break
      }
      expect.soft(jobs.runs()).toEqual(ran)
      jobs.stop()
      const live = await shop.live('v1', 'ConfigMap', 'settings')
      expect.soft(live === null).toBe(fails)
      if (result) expect.soft(result.outcome).toBe(outcome)
      expect(await fixture.state.readJournal(shop.application.name, plane.signal)).toBeNull()
    }
  },
)

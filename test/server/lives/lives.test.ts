import { expect, test } from 'vitest'
import type { Repository } from '../../simulator/github/state.ts'
import { eventually } from '../../stage/eventually.ts'
import { startWorld } from '../world.ts'
import { startSlowAgent } from './agents.ts'
import { wrongWith } from './judge.ts'
import { type Life, livesFrom } from './life.ts'
import { type Lived, live } from './play.ts'
import { beginTrouble } from './trouble.ts'

/** `LIVES_COUNT=300` plays more of them, `LIVES_SEED` others. */
const count = Number(process.env['LIVES_COUNT'] ?? 10)
const seed = Number(process.env['LIVES_SEED'] ?? 6)

const lanes = 6
const applications = 4

const files = {
  'README.md': 'x\n',
  ...Object.fromEntries(
    Array.from({ length: applications }, (_, at) => [
      `applications/app-${at}.yaml`,
      `apiVersion: plumbline.dev/v1alpha1
kind: Application
metadata: {name: NAME-${at}}
spec:
  source: {repoURL: ., path: apps/app-${at}}
  destination: {name: ${at % 2 === 0 ? 'dev' : 'prod'}}
  syncPolicy: {automated: {}}
`,
    ]),
  ),
  ...Object.fromEntries(
    Array.from({ length: applications }, (_, at) => [`apps/app-${at}/a.yaml`, 'a: 1\n'] as const),
  ),
}

test(`pull requests end with one comment about their last head, and the right checks (seed ${seed})`, async () => {
  const world = await startWorld({ betweenEdits: 1 }, 1, { sweepSeconds: 2 })
  const agents = [await startSlowAgent(world, 'dev', seed), await startSlowAgent(world, 'prod', seed + 1)]
  const trouble = beginTrouble(world.github, seed)
  const waiting = livesFrom(seed, count, applications).values()
  const lived: Lived[] = []
  try {
    await Promise.all(
      Array.from({ length: lanes }, async (_, lane) => {
        const repository = await repositoryNamed(`lane-${lane}`)
        for (const life of waiting) lived.push(await lifeOf(repository, life))
      }),
    )
    trouble.stop()
    const wrong = async () => (await Promise.all(lived.map(it => wrongWith(world, it)))).flat()
    await eventually(async () => expect(await wrong()).toEqual([]), 120_000)
    // Whatever is still to come has come when nobody has written for longer than any sweep and any pace takes.
    const written = () => world.github.requests.filter(it => it.method !== 'GET').length
    let before = -1
    await eventually(async () => {
      const now = written()
      const isQuiet = now === before
      before = now
      await new Promise(resolve => setTimeout(resolve, isQuiet ? 0 : 6000))
      expect(isQuiet).toBe(true)
    }, 120_000)
    expect(await wrong()).toEqual([])
  } finally {
    trouble.stop()
    for (const agent of agents) await agent.stop()
    await world.stop()
  }

  function repositoryNamed(name: string): Promise<Repository> {
    const named = Object.entries(files).map(([path, text]) => [path, text.replace('NAME', name)] as const)
    return world.repository(name, Object.fromEntries(named))
  }

  function lifeOf(repository: Repository, life: Life): Promise<Lived> {
    return live(world, repository, life)
  }
}, 3_600_000)

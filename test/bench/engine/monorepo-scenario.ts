import { mkdtemp } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { z } from 'zod'
import { createGitCache } from '../../../src/git/git-cache.ts'
import { createReadingMemory } from '../../../src/repository/reading-memory.ts'
import { readChange } from '../../../src/server/jobs/read-change.ts'
import { ensureBinaries } from '../../../tools/control-plane/binaries.ts'
import { type Command, runCommand } from '../command.ts'
import { duration, median, ratio } from '../figures.ts'
import type { Scenario } from '../scenario.ts'
import { type Monorepo, writeMonorepo } from './monorepo.ts'
import type { EnginePlace } from './place.ts'

const rounds = 5
const many = 200
const most = 1_000

const renderOutput = z.object({ milliseconds: z.number(), processorSeconds: z.number(), objects: z.number() })

export const monorepoScenario: Scenario<EnginePlace> = {
  name: 'monorepo',
  title: 'Many applications in one repository',
  about: `${many} kustomize overlays of one base, rendered from one checkout by an agent's renderer that is asked for all of them at once, against
\`kustomize build\` for one after the other, as a bot's shell loop does. Then a pull request that touches 3 of ${most} applications: how long the server
takes to say which three (both commits listed, every Application document and kustomization read), from its Git mirror; at first, and for the pull
requests that follow.`,
  async measure({ folder }, signal) {
    const monorepo = await writeMonorepo(join(folder, 'monorepo'), most)
    const renders = await timeRenders(monorepo, folder, signal)
    const decisions = await timeDecisions(monorepo, folder, signal)
    return { columns: ['', 'median', 'best', 'of the loop', 'cores used'], rows: [...renders, ...decisions] }
  },
}

async function timeRenders(
  monorepo: Monorepo,
  folder: string,
  signal: AbortSignal,
): Promise<readonly string[][]> {
  const binaries = await ensureBinaries({ signal })
  const overlays = monorepo.overlays.slice(0, many)
  const loop: Command = {
    program: 'sh',
    args: [
      '-c',
      `for it in ${overlays.join(' ')}; do '${binaries}/kustomize' build "$1/$it"; done`,
      'sh',
      monorepo.folder,
    ],
  }
  const renderMany = new URL('render-many.ts', import.meta.url).pathname
  const theirs: number[] = []
  const ours: z.infer<typeof renderOutput>[] = []
  for (let round = 0; round < rounds; round++) {
    theirs.push((await runCommand(loop, { signal, differs: false })).milliseconds)
    const cache = await mkdtemp(join(folder, 'renders-'))
    const command: Command = {
      program: process.execPath,
      args: ['--disable-warning=ExperimentalWarning', renderMany, monorepo.folder, cache, ...overlays],
      env: { PLUMBLINE_BIN: binaries },
    }
    const { stdout } = await runCommand(command, { signal, differs: false })
    ours.push(renderOutput.parse(JSON.parse(stdout)))
  }
  const times = ours.map(it => it.milliseconds)
  const cores = median(ours.map(it => (it.processorSeconds * 1_000) / it.milliseconds))
  return [
    [
      '`kustomize build`, one after the other',
      duration(median(theirs)),
      duration(Math.min(...theirs)),
      '1×',
      '–',
    ],
    [
      `${many} overlays, one checkout`,
      duration(median(times)),
      duration(Math.min(...times)),
      ratio(median(times), median(theirs)),
      `${cores.toFixed(1)} of ${availableParallelism()}`,
    ],
  ]
}

async function timeDecisions(
  monorepo: Monorepo,
  folder: string,
  signal: AbortSignal,
): Promise<readonly string[][]> {
  const cloneUrl = pathToFileURL(monorepo.folder).href
  const cache = createGitCache({ folder: join(folder, 'mirrors'), allowedProtocols: ['file'] })
  const git = await cache.open(cloneUrl)
  await git.fetch([monorepo.base, monorepo.changed], null, signal)
  const times: number[] = []
  const memory = createReadingMemory()
  for (let round = 0; round <= rounds; round++) {
    const startedAt = performance.now()
    const { affected } = await readChange(
      {
        git,
        ref: { forge: 'github', host: 'github.com', fullName: 'bench/monorepo', cloneUrl },
        before: monorepo.base,
        after: monorepo.changed,
        branch: { name: 'main', isDefault: true },
      },
      signal,
      memory,
    )
    times.push(performance.now() - startedAt)
    if (affected.length !== 3) throw new Error(`${affected.length} applications are affected, not 3`)
  }
  const [first = 0, ...later] = times
  return [
    [`3 of ${most} applications, at first`, duration(first), '–', '–', '–'],
    [`3 of ${most} applications`, duration(median(later)), duration(Math.min(...later)), '–', '–'],
  ]
}

import { Listr, type ListrTask } from 'listr2'
import { type StageOptions, type StagePart, stageParts } from '../../test/stage/stage.ts'

const titles: Readonly<Record<StagePart, string>> = {
  binaries:
    'Kubernetes control plane, helm and kustomize (the first time this downloads or builds them: up to ten minutes)',
  clusters: 'Two clusters: dev and prod',
  github: 'GitHub, with the repository acme/guestbook',
  server: 'The Plumbline server',
  agents: 'An agent in each cluster',
}

type Reports = Required<Pick<StageOptions, 'onPart' | 'onBinaries'>>

/** Shows one line a part while `start` runs, with what the long first one is doing. */
export async function withProgress<Result>(start: (reports: Reports) => Promise<Result>): Promise<Result> {
  const gates = new Map(stageParts.map(part => [part, gate()]))
  const showing: { output: string } = { output: '' }
  let current: StagePart = stageParts[0]
  let describe: (text: string) => void = () => undefined
  const work = start({
    onPart(part) {
      for (const earlier of stageParts.slice(0, stageParts.indexOf(part))) gates.get(earlier)!.open()
      current = part
    },
    onBinaries(progress) {
      if (progress.phase === 'cached' || progress.phase === 'ready') return
      showing.output = `${progress.binary}, ${progress.step} of ${progress.of}: ${progress.phase} for ${Math.round(progress.elapsedSeconds)} s`
      describe(showing.output)
    },
  })
  work.then(
    () => stageParts.forEach(part => gates.get(part)!.open()),
    (cause: unknown) => gates.get(current)!.fail(cause),
  )
  const tasks = stageParts.map(
    (part): ListrTask => ({
      title: titles[part],
      task: async (_context, task) => {
        if (part === 'binaries') describe = text => void (task.output = text)
        await gates.get(part)!.passed
      },
    }),
  )
  await new Listr(tasks, { registerSignalListeners: false, rendererOptions: { timer: undefined } }).run()
  return work
}

interface Gate {
  readonly passed: Promise<void>
  open(): void
  fail(cause: unknown): void
}

function gate(): Gate {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  // A gate that nobody waits at yet may fail: whoever comes sees it.
  promise.catch(() => undefined)
  return { passed: promise, open: resolve, fail: reject }
}

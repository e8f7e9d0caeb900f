import { Listr, type ListrTask } from 'listr2'
import { type StageOptions, type StagePart, stageParts } from '../../test/stage/stage.ts'
import { progressLines } from '../control-plane/progress.ts'
import { line, print, timed } from './line.ts'

const titles: Readonly<Record<StagePart, string>> = {
  binaries: 'Kubernetes control plane, helm and kustomize',
  clusters: 'Two clusters: dev and prod',
  github: 'GitHub, with the repository acme/guestbook',
  server: 'The Plumbline server',
  agents: 'An agent in each cluster',
}

const firstTime = ' (the first time they are downloaded or built: up to ten minutes)'

type Reports = Required<Pick<StageOptions, 'onPart' | 'onBinaries'>>
type Start<Result> = (reports: Reports) => Promise<Result>

/** Shows one line a part while `start` runs, with its time, and what the long first one is doing. */
export function withProgress<Result>(start: Start<Result>): Promise<Result> {
  return process.stdout.isTTY ? onTerminal(start) : inLog(start)
}

async function inLog<Result>(start: Start<Result>): Promise<Result> {
  let current: StagePart | null = null
  let startedAt = 0
  const end = (mark: 'done' | 'failed') => {
    if (current) print(line(mark, titles[current], startedAt))
  }
  try {
    const result = await start({
      onPart(part) {
        end('done')
        current = part
        startedAt = performance.now()
      },
      onBinaries: progressLines(text => print(`           ${text}`)),
    })
    end('done')
    return result
  } catch (cause) {
    end('failed')
    throw cause
  }
}

async function onTerminal<Result>(start: Start<Result>): Promise<Result> {
  const gates = new Map(stageParts.map(part => [part, gate()]))
  let current: StagePart = stageParts[0]
  let tell: (text: string) => void = () => undefined
  const work = start({
    onPart(part) {
      for (const earlier of stageParts.slice(0, stageParts.indexOf(part))) gates.get(earlier)!.open()
      current = part
    },
    onBinaries({ binary, step, of, phase, elapsedSeconds }) {
      if (phase === 'cached' || phase === 'ready') return
      tell(`${binary}, ${step} of ${of}: ${phase} for ${elapsedSeconds} s`)
    },
  })
  work.then(
    () => stageParts.forEach(part => gates.get(part)!.open()),
    (cause: unknown) => gates.get(current)!.fail(cause),
  )
  const tasks = stageParts.map(
    (part): ListrTask => ({
      title: timed(titles[part], null),
      task: async (_context, task) => {
        const startedAt = performance.now()
        if (part === 'binaries') {
          task.title = timed(`${titles[part]}${firstTime}`, null)
          tell = text => void (task.output = text)
        }
        await gates.get(part)!.passed
        task.title = timed(titles[part], startedAt)
      },
    }),
  )
  await new Listr(tasks, { registerSignalListeners: false }).run()
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

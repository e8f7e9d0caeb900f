import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { GitCache, GitRepository } from '../../git/repository.ts'
import { InvalidInputError } from '../../model/problem.ts'
import type { Checkout, CheckoutRequest, Checkouts } from './checkouts.ts'

export interface CheckoutsOptions {
  readonly gitCache: GitCache
  /** Holds the checkouts of all processes that share it; created when missing. */
  readonly folder: string
  /** Checkouts that are kept although nobody reads them. Default 8. */
  readonly keep?: number
}

interface Held {
  readonly folder: Promise<string>
  users: number
}

/**
 * Each process has a folder of its own below `folder`, named after it; those of processes that died are removed by
 * the next one. Every folder can be lost at any time: it is made again from the mirror.
 */
export function createCheckouts(options: CheckoutsOptions): Checkouts {
  const keep = options.keep ?? 8
  /** In order of their last use, oldest first. */
  const held = new Map<string, Held>()
  let home: Promise<string> | null = null

  const ownFolder = () => {
    home ??= prepareHome(options.folder)
    return home
  }

  async function write(repository: GitRepository, treeish: string): Promise<string> {
    const folder = await mkdtemp(join(await ownFolder(), 'checkout-'))
    try {
      // Shared by all who wait for it, so no single signal stops it; git's own time limit does.
      await repository.extract(treeish, folder, new AbortController().signal)
      return folder
    } catch (error) {
      await rm(folder, { recursive: true, force: true })
      throw error
    }
  }

  function take(key: string, repository: GitRepository, treeish: string): Held {
    const found = held.get(key) ?? { folder: write(repository, treeish), users: 0 }
    found.users++
    // One that failed is not kept for those who come later.
    found.folder.catch(() => held.delete(key))
    held.delete(key)
    held.set(key, found)
    return found
  }

  async function dropIdle(): Promise<void> {
    const idle = [...held].filter(([, it]) => it.users === 0)
    for (const [key, it] of idle.slice(0, Math.max(0, idle.length - keep))) {
      held.delete(key)
      // What cannot be removed now goes with the process's folder.
      await it.folder.then(folder => rm(folder, { recursive: true, force: true })).catch(() => undefined)
    }
  }

  return {
    async of(request, signal) {
      const repository = await options.gitCache.open(request.cloneUrl)
      const treeish = await treeishOf(repository, request, signal)
      const key = `${request.cloneUrl} ${treeish}`
      const taken = take(key, repository, treeish)
      let released = false
      const release = () => {
        if (released) return
        released = true
        taken.users--
        void dropIdle()
      }
      try {
        const folder = await taken.folder
        signal.throwIfAborted()
        return { folder, contentKey: treeish, release } satisfies Checkout
      } catch (error) {
        release()
        throw error
      }
    },
    async close() {
      held.clear()
      if (home) await rm(await home, { recursive: true, force: true })
      home = null
    },
  }
}

async function treeishOf(
  repository: GitRepository,
  request: CheckoutRequest,
  signal: AbortSignal,
): Promise<string> {
  const { of, credential } = request
  if (typeof of === 'string') {
    await repository.fetch([of], credential, signal)
    return of
  }
  await repository.fetch([of.base, of.head], credential, signal)
  const merged = await repository.merge(of.base, of.head, signal)
  if (merged.kind === 'merged') return merged.tree
  throw new InvalidInputError(
    merged.files.map(file => ({
      code: 'merge-conflict',
      message: `${file} conflicts with the target branch`,
      location: { file, line: null },
      hint: 'merge the target branch into the pull request and resolve the conflict',
    })),
  )
}

/** In a container every process has the same id: the time of its start tells them apart. */
const ownName = `process-${process.pid}-${Math.round(performance.timeOrigin)}-`

async function prepareHome(folder: string): Promise<string> {
  await mkdir(folder, { recursive: true })
  for (const name of await readdir(folder)) {
    const pid = Number(/^process-(\d+)-/.exec(name)?.[1])
    const dead = pid === process.pid ? !name.startsWith(ownName) : !isAlive(pid)
    if (pid && dead) await rm(join(folder, name), { recursive: true, force: true })
  }
  return mkdtemp(join(folder, ownName))
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH'
  }
}

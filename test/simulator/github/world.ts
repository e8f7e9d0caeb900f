import { createHash, randomBytes } from 'node:crypto'
import type { EventSink } from './webhooks/event.ts'
import type { App, Installation, Label, Repository, User } from './state.ts'

/** What every part of the simulator shares: the state, the clock, ids, and where events go. */
export interface World {
  /** The one app there is; a manifest makes another in its place. */
  app: App
  /** Codes of the manifest flow that were not exchanged yet. */
  readonly conversions: Map<string, { readonly app: App; readonly expiresAt: Date }>
  readonly users: Map<string, User>
  readonly repositories: Map<string, Repository>
  /** Of repositories that were renamed or transferred. */
  readonly formerNames: Map<string, Repository>
  readonly installations: Map<number, Installation>
  /** The folder that holds the bare repositories. */
  readonly folder: string
  /** `http://127.0.0.1:PORT`, known once the server listens. */
  url: string
  readonly now: () => Date
  readonly nextId: () => number
  /** Receives what happened, to be delivered as webhooks. */
  readonly events: EventSink
  /** Runs `work` alone for this repository: refs and numbers never race. */
  readonly exclusively: <T>(repository: Repository, work: () => Promise<T>) => Promise<T>
}

/** Now, in the form that the REST API uses. */
export const timestamp = (world: World): string => toTimestamp(world.now())

export const toTimestamp = (date: Date): string => `${date.toISOString().slice(0, 19)}Z`

/** An opaque id in GitHub's manner: stable for a kind and a number. */
export const nodeId = (kind: string, id: number): string =>
  `${kind}_${Buffer.from(`${kind}:${id}`).toString('base64url')}`

export const randomToken = (prefix: string): string => `${prefix}_${randomBytes(27).toString('base64url')}`

export interface Locks {
  readonly exclusively: World['exclusively']
  /** Resolves when nobody holds or waits for a lock. */
  readonly idle: () => Promise<void>
}

/** A queue for each repository; failures reach the caller and do not stop the queue. */
export function createLocks(): Locks {
  const tails = new Map<Repository, Promise<unknown>>()
  return {
    exclusively: (repository, work) => {
      const run = (tails.get(repository) ?? Promise.resolve()).then(work, work)
      tails.set(repository, run)
      const forget = (): void => {
        if (tails.get(repository) === run) tails.delete(repository)
      }
      run.then(forget, forget)
      return run
    },
    idle: async () => {
      while (tails.size > 0) await Promise.allSettled(tails.values())
    },
  }
}

/** Ids as large as GitHub's, so that nothing mistakes one for a number of an issue. */
export function createIds(): World['nextId'] {
  let last = 2_400_000_000
  return () => (last += 1)
}

const defaultLabels = [
  ['bug', 'd73a4a', "Something isn't working"],
  ['documentation', '0075ca', 'Improvements or additions to documentation'],
  ['enhancement', 'a2eeef', 'New feature or request'],
] as const

/** Some of the labels that a new repository starts with. */
export const initialLabels = (world: Pick<World, 'nextId'>): Label[] =>
  defaultLabels.map(([name, color, description]) => ({ id: world.nextId(), name, color, description }))

export function findUser(world: World, login: string): User | undefined {
  return world.users.get(login.toLowerCase())
}

export function findRepository(world: World, owner: string, name: string): Repository | undefined {
  return world.repositories.get(`${owner}/${name}`.toLowerCase())
}

export function installationOf(world: World, repository: Repository): Installation | undefined {
  return [...world.installations.values()].find(installation => installation.repositories.has(repository))
}

/** A colour of its own for each account, for avatars. */
export const hue = (login: string): number =>
  createHash('sha256').update(login).digest().readUInt16BE(0) % 360

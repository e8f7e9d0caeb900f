import type { IncomingMessage } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import type { KubernetesObject } from '../../model/object.ts'
import type { Client } from './client.ts'
import { ClusterError, type Resource, type WatchEvent, type WatchOptions } from './cluster.ts'
import { apiVersionOf, parseWatchLine } from './documents.ts'
import { failureOf } from './failure.ts'
import { describeList, kept, listAll, selectorsOf } from './list.ts'
import { linesOf } from './lines.ts'
import { collectionPath } from './paths.ts'

export interface FollowOptions<T> {
  readonly client: Client
  readonly resource: Resource
  readonly options: WatchOptions<T>
  /** Told each time that the watch has to be set up anew because of an error; it goes on by itself. */
  readonly onTrouble: (error: ClusterError) => void
}

/** The server ends a watch after this time, spread so that watches begun together do not end together. */
const watchSeconds = () => 240 + Math.floor(Math.random() * 60)
/** Bookmarks come about every minute: silence for this long means a dead connection. */
const longestSilence = 150_000
const shortestWatch = 1_000
const longestPause = 30_000
const longestLine = 16 * 2 ** 20

/** See {@link Cluster.watch}. */
export async function* follow<T>(
  follow: FollowOptions<T>,
  signal: AbortSignal,
): AsyncGenerator<WatchEvent<T>, void> {
  let failures = 0
  let streams = follow.options.keep !== undefined
  while (!signal.aborted) {
    const isStreamed = streams
    try {
      // What a server does not stream, it lists.
      if (isStreamed) streams = false
      const events = isStreamed ? watchFrom(follow, null, signal) : listedThenWatched(follow, signal)
      for await (const event of events) {
        if (event.type === 'synced') streams = follow.options.keep !== undefined
        else failures = 0
        yield event
      }
    } catch (cause) {
      if (signal.aborted) return
      // Nothing ends a watch but its signal, not even a mistake of ours.
      const error = cause instanceof ClusterError ? cause : unexpected(cause)
      if (isStreamed && isRefusal(error)) continue
      // The kind is no longer served, so nothing of it is left.
      if (error.code === 'unknown-kind') yield { type: 'synced', objects: [] }
      if (signal.aborted) return
      failures++
      if (error.status !== 410) follow.onTrouble(error)
    }
    await pauseUnlessAborted(Math.min(200 * 2 ** failures, longestPause), signal)
  }
}

/** How servers say that they do not know of initial events in a watch. */
function isRefusal({ status }: ClusterError): boolean {
  return status === 400 || status === 422
}

async function* listedThenWatched<T>(
  follow: FollowOptions<T>,
  signal: AbortSignal,
): AsyncGenerator<WatchEvent<T>, void> {
  const { client, resource, options } = follow
  const { objects, resourceVersion } = await listAll(client, resource, options, signal)
  yield { type: 'synced', objects }
  yield* watchFrom(follow, resourceVersion, signal)
}

function unexpected(cause: unknown): ClusterError {
  const why = cause instanceof Error ? cause.message : String(cause)
  return new ClusterError('server', `could not watch: ${why}`, { status: 0, passing: true }, { cause })
}

/**
 * Watches again and again from where the last watch ended; from null, the set comes first, as a stream of the server's own cache that is
 * as new as the request (Kubernetes: streaming lists). Throws when only a new list helps.
 */
async function* watchFrom<T>(
  follow: FollowOptions<T>,
  resourceVersion: string | null,
  signal: AbortSignal,
): AsyncGenerator<WatchEvent<T>, void> {
  let from = resourceVersion
  let first: T[] = []
  for (;;) {
    const begun = performance.now()
    const body = await openWatch(follow, from, signal)
    try {
      for await (const line of linesOf(body, longestLine)) {
        const { event, resourceVersion: reached, endsInitial } = eventOf(line, follow)
        if (from === null) {
          if (event?.type === 'set') first.push(event.object)
          if (!endsInitial || !reached) continue
          yield { type: 'synced', objects: first }
          first = []
        } else if (event) yield event
        if (reached) from = reached
      }
    } catch (error) {
      signal.throwIfAborted()
      if (!isBreak(error) || from === null) throw error
    } finally {
      body.destroy()
    }
    signal.throwIfAborted()
    if (from === null) throw unexpected(new Error('the stream ended before the set was complete'))
    if (performance.now() - begun < shortestWatch) await pauseUnlessAborted(shortestWatch, signal)
  }
}

function openWatch<T>(
  follow: FollowOptions<T>,
  from: string | null,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const { client, resource, options } = follow
  const path = collectionPath(resource, options.namespace, {
    ...selectorsOf(options),
    watch: true,
    allowWatchBookmarks: true,
    ...(from === null
      ? { sendInitialEvents: true, resourceVersionMatch: 'NotOlderThan' }
      : { resourceVersion: from }),
    timeoutSeconds: watchSeconds(),
  })
  const attempted = describeList(resource, options).replace(/^list/, 'watch')
  const accept = options.metadataOnly ? metadataOnlyWatch : 'application/json'
  return client.open({ method: 'GET', path, attempted, accept, timeoutMilliseconds: longestSilence }, signal)
}

const metadataOnlyWatch =
  'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json;q=0.1'

/** Connections break and answers stop: that alone loses no event, since the next watch begins where this one ended. */
function isBreak(error: unknown): boolean {
  if (error instanceof ClusterError) return error.code === 'timeout' || error.code === 'unreachable'
  return (
    error instanceof Error &&
    'code' in error &&
    ['ECONNRESET', 'EPIPE', 'ETIMEDOUT'].includes(String(error.code))
  )
}

interface Step<T> {
  readonly event: Exclude<WatchEvent<T>, { readonly type: 'synced' }> | null
  readonly resourceVersion: string | undefined
  /** The bookmark after the last of the initial events. */
  readonly endsInitial: boolean
}

const initialEventsEnd = 'k8s.io/initial-events-end'

function eventOf<T>(line: string, { resource, options }: FollowOptions<T>): Step<T> {
  const { type, object } = parseWatchLine(line)
  const resourceVersion = object.metadata?.resourceVersion
  const step = { event: null, resourceVersion, endsInitial: false }
  switch (type) {
    case 'BOOKMARK':
      return { ...step, endsInitial: object.metadata?.annotations?.[initialEventsEnd] === 'true' }
    case 'ERROR':
      throw failureOf(
        { status: object.code ?? 500, text: JSON.stringify(object) },
        describeList(resource, options).replace(/^list/, 'watch'),
      )
    case 'DELETED':
      return { ...step, event: { type: 'gone', object: kept(asObject(object, resource), options) } }
    case 'ADDED':
    case 'MODIFIED':
      break
  }
  return { ...step, event: { type: 'set', object: kept(asObject(object, resource), options) } }
}

function asObject(object: object, resource: Resource): KubernetesObject {
  return { ...object, apiVersion: apiVersionOf(resource), kind: resource.kind } as unknown as KubernetesObject
}

async function pauseUnlessAborted(milliseconds: number, signal: AbortSignal): Promise<void> {
  const jittered = milliseconds * (0.5 + Math.random())
  await pause(jittered, undefined, { signal }).catch((error: unknown) => {
    if (!signal.aborted) throw error
  })
}

import type { IncomingMessage } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import type { KubernetesObject } from '../../model/object.ts'
import type { Client } from './client.ts'
import { ClusterError, type ListOptions, type Resource, type WatchEvent } from './cluster.ts'
import { apiVersionOf, parseWatchLine } from './documents.ts'
import { failureOf } from './failure.ts'
import { describeList, listAll, selectorsOf } from './list.ts'
import { linesOf } from './lines.ts'
import { collectionPath } from './paths.ts'

export interface FollowOptions {
  readonly client: Client
  readonly resource: Resource
  readonly options: ListOptions
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
export async function* follow(follow: FollowOptions, signal: AbortSignal): AsyncGenerator<WatchEvent, void> {
  let failures = 0
  while (!signal.aborted) {
    try {
      const { objects, resourceVersion } = await listAll(
        follow.client,
        follow.resource,
        follow.options,
        signal,
      )
      yield { type: 'synced', objects }
      for await (const event of watchFrom(follow, resourceVersion, signal)) {
        failures = 0
        yield event
      }
    } catch (cause) {
      if (signal.aborted) return
      // Nothing ends a watch but its signal, not even a mistake of ours.
      const error = cause instanceof ClusterError ? cause : unexpected(cause)
      // The kind is no longer served, so nothing of it is left.
      if (error.code === 'unknown-kind') yield { type: 'synced', objects: [] }
      if (signal.aborted) return
      failures++
      if (error.status !== 410) follow.onTrouble(error)
    }
    await pauseUnlessAborted(Math.min(200 * 2 ** failures, longestPause), signal)
  }
}

function unexpected(cause: unknown): ClusterError {
  const why = cause instanceof Error ? cause.message : String(cause)
  return new ClusterError('server', `could not watch: ${why}`, { status: 0, passing: true }, { cause })
}

/** Watches again and again from where the last watch ended. Throws when only a new list helps. */
async function* watchFrom(
  follow: FollowOptions,
  resourceVersion: string,
  signal: AbortSignal,
): AsyncGenerator<WatchEvent, void> {
  let from = resourceVersion
  for (;;) {
    const begun = performance.now()
    const body = await openWatch(follow, from, signal)
    try {
      for await (const line of linesOf(body, longestLine)) {
        const { event, resourceVersion: reached } = eventOf(line, follow)
        if (reached) from = reached
        if (event) yield event
      }
    } catch (error) {
      signal.throwIfAborted()
      if (!isBreak(error)) throw error
    } finally {
      body.destroy()
    }
    signal.throwIfAborted()
    if (performance.now() - begun < shortestWatch) await pauseUnlessAborted(shortestWatch, signal)
  }
}

function openWatch(follow: FollowOptions, from: string, signal: AbortSignal): Promise<IncomingMessage> {
  const { client, resource, options } = follow
  const path = collectionPath(resource, options.namespace, {
    ...selectorsOf(options),
    watch: true,
    allowWatchBookmarks: true,
    resourceVersion: from,
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

interface Step {
  readonly event: WatchEvent | null
  readonly resourceVersion: string | undefined
}

function eventOf(line: string, { resource, options }: FollowOptions): Step {
  const { type, object } = parseWatchLine(line)
  const resourceVersion = object.metadata?.resourceVersion
  switch (type) {
    case 'BOOKMARK':
      return { event: null, resourceVersion }
    case 'ERROR':
      throw failureOf(
        { status: object.code ?? 500, text: JSON.stringify(object) },
        describeList(resource, options).replace(/^list/, 'watch'),
      )
    case 'DELETED':
      return { event: { type: 'gone', object: asObject(object, resource) }, resourceVersion }
    case 'ADDED':
    case 'MODIFIED':
      break
  }
  return { event: { type: 'set', object: asObject(object, resource) }, resourceVersion }
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

import { createTextRedactor, secretValuesOf } from '../../engine/redact.ts'
import { fieldManager as ourManager } from '../../model/fields.ts'
import { describeIdentity, identityOf } from '../../model/identity.ts'
import type { KubernetesObject } from '../../model/object.ts'
import { alreadyThere, isCreated, type Met, takeBack } from './apply-new.ts'
import { type ClientCall, createClient, type RequestNotice, type Timeouts } from './client.ts'
import { type Cluster, ClusterError, type Resource } from './cluster.ts'
import type { ClusterAccess } from './cluster-access.ts'
import { type Connection, createConnection } from './connection.ts'
import { createDiscoverer, type Discoverer } from './discoverer.ts'
import { parseObject } from './documents.ts'
import { impersonating } from './impersonating.ts'
import { yamlSafeJson } from './json.ts'
import { listAll } from './list.ts'
import { collectionPath, objectPath } from './paths.ts'
import { applyPatch, mergePatch } from './retry.ts'
import { follow } from './watch.ts'

export interface ClusterDependencies {
  readonly kubeConfig: ClusterAccess
  /** Called before every request, retries and watches included; for counting and logging. */
  readonly onRequest?: (request: RequestNotice) => void
  /** Called when a watch has to start over because of an error. */
  readonly onWatchTrouble?: (resource: Resource, error: ClusterError) => void
  /** Default: 30 s for reads, 60 s for writes. */
  readonly timeouts?: Timeouts
}

/** Every API server has them; there is no need to ask. */
const podResource: Resource = {
  group: '',
  version: 'v1',
  kind: 'Pod',
  plural: 'pods',
  namespaced: true,
  verbs: ['get'],
}

/** A {@link Cluster} over HTTP. `close` lets go of idle connections; abort the watches first. */
export function createCluster(dependencies: ClusterDependencies): Cluster & { close(): void } {
  const connection = createConnection(dependencies.kubeConfig)
  const discoverer = createDiscoverer(createClient(connection, dependencies))
  const parts = { dependencies, discoverer }
  return { ...clusterAs(connection, parts), close: () => connection.close() }
}

interface Parts {
  readonly dependencies: ClusterDependencies
  readonly discoverer: Discoverer
}

/** The cluster as whoever the connection speaks for. */
function clusterAs(connection: Connection, parts: Parts): Cluster {
  const { dependencies, discoverer } = parts
  const client = createClient(connection, dependencies)

  async function resourceOf(object: KubernetesObject, signal: AbortSignal): Promise<Resource> {
    const { apiVersion, kind } = object
    const found = (await discoverer.discover(signal)).find(apiVersion, kind)
    if (found) return found
    const message = `could not find ${kind} of ${apiVersion}: the cluster does not serve it`
    throw new ClusterError('unknown-kind', message, { status: 404, passing: false })
  }

  /** Sends an object; what is said of a refusal holds nothing of a Secret's content, which servers quote. */
  async function send(
    call: ClientCall,
    object: KubernetesObject,
    signal: AbortSignal,
  ): Promise<KubernetesObject> {
    return (await ask(call, object, signal)).answer
  }

  async function ask(call: ClientCall, object: KubernetesObject, signal: AbortSignal): Promise<Met> {
    try {
      const { status, json } = await client.ask(call, signal)
      return { status, answer: parseObject(json) }
    } catch (error) {
      if (!(error instanceof ClusterError)) throw error
      const message = createTextRedactor(secretValuesOf([object]))(error.message)
      throw message === error.message ? error : new ClusterError(error.code, message, error)
    }
  }

  async function write(
    object: KubernetesObject,
    options: { readonly method: 'POST' | 'PUT'; readonly verb: string },
    signal: AbortSignal,
  ): Promise<KubernetesObject> {
    const resource = await resourceOf(object, signal)
    const identity = identityOf(object)
    const query = { fieldManager: ourManager, fieldValidation: 'Strict' }
    const path =
      options.method === 'POST'
        ? collectionPath(resource, identity.namespace, query)
        : objectPath(resource, identity, { query })
    const body = { type: 'application/json', text: JSON.stringify(object) }
    const attempted = `${options.verb} ${describeIdentity(identity)}`
    return send({ method: options.method, path, body, attempted }, object, signal)
  }

  return {
    discover: signal => discoverer.discover(signal),
    forgetDiscovery: () => discoverer.forget(),

    async get(resource, identity, signal) {
      const attempted = `read ${describe(resource, identity)}`
      const path = objectPath(resource, identity)
      try {
        return parseObject(await client.call({ method: 'GET', path, attempted }, signal))
      } catch (error) {
        if (isMissing(error)) return null
        throw error
      }
    },

    async list(resource, options, signal) {
      return (await listAll(client, resource, options, signal)).objects
    },

    async apply(object, options, signal) {
      const { onlyNew = false, force = !onlyNew, fieldManager = ourManager } = options
      const resource = await resourceOf(object, signal)
      const identity = identityOf(object)
      const dryRun = options.dryRun ? 'All' : undefined
      const query = { fieldManager, force, fieldValidation: 'Strict', dryRun }
      const path = objectPath(resource, identity, { query })
      // An apply names no owners of fields: the server works them out.
      const { managedFields: _, ...metadata } = object.metadata
      const body = { type: applyPatch, text: yamlSafeJson({ ...object, metadata }) }
      const attempted = `${options.dryRun ? 'dry-run' : 'apply'} ${describeIdentity(identity)}`
      const met = await ask({ method: 'PATCH', path, body, attempted, once: onlyNew }, object, signal)
      if (!onlyNew || isCreated(met)) return met.answer
      const nothing = takeBack(object, met)
      if (nothing) await this.apply(nothing, { dryRun: false, fieldManager }, signal)
      throw alreadyThere(object, nothing !== null)
    },

    async patch(resource, identity, patch, signal) {
      const path = objectPath(resource, identity, {
        subresource: patch.subresource,
        query: { fieldManager: patch.fieldManager ?? ourManager, dryRun: patch.dryRun ? 'All' : undefined },
      })
      const type = patch.type === 'json' ? 'application/json-patch+json' : mergePatch
      const body = { type, text: JSON.stringify(patch.body) }
      const attempted = `patch ${describe(resource, identity)}`
      return parseObject(await client.call({ method: 'PATCH', path, body, attempted }, signal))
    },

    create: (object, signal) => write(object, { method: 'POST', verb: 'create' }, signal),
    replace: (object, signal) => write(object, { method: 'PUT', verb: 'replace' }, signal),

    async delete(resource, identity, options, signal) {
      const { uid, resourceVersion } = options
      const text = JSON.stringify({
        apiVersion: 'v1',
        kind: 'DeleteOptions',
        propagationPolicy: options.propagation ?? 'Background',
        ...(uid || resourceVersion ? { preconditions: { uid, resourceVersion } } : {}),
        ...(options.dryRun ? { dryRun: ['All'] } : {}),
      })
      const path = objectPath(resource, identity, { query: { dryRun: options.dryRun ? 'All' : undefined } })
      const attempted = `delete ${describe(resource, identity)}`
      const body = { type: 'application/json', text }
      try {
        await client.call({ method: 'DELETE', path, body, attempted }, signal)
        return true
      } catch (error) {
        if (isMissing(error)) return false
        throw error
      }
    },

    logs(pod, { container, ...query }, signal) {
      const attempted = `read the log of container ${container} of ${describe(podResource, pod)}`
      const path = objectPath(podResource, pod, { subresource: 'log', query: { container, ...query } })
      return client.text({ method: 'GET', path, attempted, accept: '*/*' }, signal)
    },

    watch(resource, options, signal) {
      const onTrouble = (error: ClusterError) => dependencies.onWatchTrouble?.(resource, error)
      return follow({ client, resource, options, onTrouble }, signal)
    },

    as: account => clusterAs(impersonating(connection, account), parts),
  }
}

function describe(
  resource: Resource,
  identity: { readonly namespace: string; readonly name: string },
): string {
  return describeIdentity({ ...identity, group: resource.group, kind: resource.kind })
}

/** The object is not there; a namespace that is not there holds none either. */
function isMissing(error: unknown): boolean {
  return error instanceof ClusterError && (error.code === 'not-found' || error.code === 'namespace-missing')
}

import { groupOf } from '../model/identity.ts'
import type { KubernetesObject } from '../model/object.ts'
import { isJsonObject, property, propertyAt } from './json.ts'

/** What the API server writes into the pods of a Job by itself; it refuses another Job's. */
const labelsOfJobs: ReadonlySet<string> = new Set([
  'controller-uid',
  'job-name',
  'batch.kubernetes.io/controller-uid',
  'batch.kubernetes.io/job-name',
])

/** Set by a delete: they would end the new object as soon as it is there. */
const finalizersOfDeletes: ReadonlySet<string> = new Set(['foregroundDeletion', 'orphan'])

/** A deleted object's content, so that it can be created once more: without what only that very one could have. */
export function asNew(before: KubernetesObject): KubernetesObject {
  const { status: _status, metadata, ...content } = before
  const { uid: _uid, resourceVersion: _version, managedFields: _fields, ...more } = metadata
  const { deletionTimestamp: _gone, finalizers, ...kept } = more
  const standing = finalizers?.filter(it => !finalizersOfDeletes.has(it)) ?? []
  const object = {
    ...content,
    metadata: { ...kept, ...(standing.length > 0 ? { finalizers: standing } : {}) },
  }
  return isJob(before) ? withoutSelector(object) : object
}

function isJob({ apiVersion, kind }: KubernetesObject): boolean {
  return groupOf(apiVersion) === 'batch' && kind === 'Job'
}

function withoutSelector(job: KubernetesObject): KubernetesObject {
  const spec = property(job, 'spec')
  if (!isJsonObject(spec) || spec['manualSelector'] === true) return job
  const { selector: _selector, template, ...rest } = spec
  const metadata = propertyAt(template, 'metadata')
  const labels = propertyAt(metadata, 'labels')
  if (!isJsonObject(template) || !isJsonObject(metadata) || !isJsonObject(labels)) return job
  const own = Object.fromEntries(Object.entries(labels).filter(([name]) => !labelsOfJobs.has(name)))
  return { ...job, spec: { ...rest, template: { ...template, metadata: { ...metadata, labels: own } } } }
}

import { fieldManager as ourManager } from '../../model/fields.ts'
import { describeIdentity, identityOf } from '../../model/identity.ts'
import type { KubernetesObject, ManagedFieldsEntry } from '../../model/object.ts'
import { ClusterError } from './cluster.ts'

/** What an apply that was meant to create has met. */
export interface Met {
  readonly status: number
  readonly answer: KubernetesObject
}

/** API servers say of an apply whether it made the object. */
export function isCreated({ status }: Met): boolean {
  return status === 201
}

/**
 * What takes back an unforced apply that was to create `object` and met one that somebody else had made: an apply of nothing, which
 * leaves all that others own. Null when no other manager owns anything of it, so that nobody would be left to own the rest.
 */
export function takeBack({ metadata }: KubernetesObject, { answer }: Met): KubernetesObject | null {
  const isOthers = (it: ManagedFieldsEntry) => !it.subresource && it.manager !== ourManager
  if (!(answer.metadata.managedFields ?? []).some(isOthers)) return null
  const { name, namespace } = metadata
  return {
    apiVersion: answer.apiVersion,
    kind: answer.kind,
    metadata: { name, ...(namespace ? { namespace } : {}) },
  }
}

/** Passing when it is as it was, so that whoever looks at it next sees whose it is. */
export function alreadyThere(object: KubernetesObject, passing: boolean): ClusterError {
  const name = describeIdentity(identityOf(object))
  const message = `could not create ${name}: somebody else created it at the same moment`
  return new ClusterError('conflict', message, { status: 409, passing })
}

import { ClusterError } from '../agent/cluster/cluster.ts'
import type { ClusterAccess } from '../agent/cluster/cluster-access.ts'
import { InvalidInputError } from '../model/problem.ts'

/** Says of a cluster that cannot be asked at all which one it is, and what to look at; every other failure as it is. */
export function explained(error: unknown, access: ClusterAccess): unknown {
  if (!(error instanceof ClusterError)) return error
  const server = access.getCurrentCluster()?.server ?? 'the API server'
  const of = `the API server of context "${access.getCurrentContext()}"`
  const why = error.message.replace(/^.*cannot be reached: /s, '')
  // oxlint-disable-next-line typescript/switch-exhaustiveness-check -- the others say enough themselves
  switch (error.code) {
    case 'unreachable':
      return failure(error, `cannot reach ${server}, ${of}: ${why}`, unreachableHint(why))
    case 'unauthorized':
      return failure(
        error,
        `${server} does not accept the credentials of context "${access.getCurrentContext()}"`,
        error.status === 401 ? 'log in again, or choose another one with --context' : why,
      )
    case 'timeout':
      return error.status === 0
        ? failure(error, `${server}, ${of}, does not answer`, unreachableHint(why))
        : error
    default:
      return error
  }
}

function unreachableHint(why: string): string {
  if (/certificate|self.signed|TLS|SSL/i.test(why)) {
    return "look at the certificate authority of the kubeconfig's cluster"
  }
  return 'is it running, and is it the right --context? see kubectl cluster-info'
}

function failure(cause: ClusterError, message: string, hint: string): InvalidInputError {
  return new InvalidInputError([{ code: `cluster-${cause.code}`, message, location: null, hint }], { cause })
}

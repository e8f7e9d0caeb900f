import type { KubernetesObject } from '../../model/object.ts'
import type { Health } from '../../model/sync.ts'
import { listAt, textAt } from '../json.ts'
import { degraded, healthy, progressing } from './verdict.ts'

/** Only a load balancer has anything to wait for: its address. */
export function serviceHealth(object: KubernetesObject): Health {
  if (textAt(object, 'spec', 'type') !== 'LoadBalancer') return healthy
  return listAt(object, 'status', 'loadBalancer', 'ingress').length > 0
    ? healthy
    : progressing('waiting for an address of its load balancer')
}

/**
 * Healthy as soon as it exists. Argo CD waits for an address here, and hangs where no controller writes one
 * (argo-cd#1704); an Ingress that names a class is served or not without ever saying so.
 */
export function ingressHealth(_object: KubernetesObject): Health {
  return healthy
}

/** What the volume controller notes on a claim once somebody makes a volume for it. */
const provisioners = [
  'volume.kubernetes.io/storage-provisioner',
  'volume.beta.kubernetes.io/storage-provisioner',
]

/**
 * A claim is waited for while its volume is made. Pending without that is no fault and may be for ever: a class with
 * `WaitForFirstConsumer` does nothing before a pod uses the claim, and where the volume cannot be had that pod says so. kstatus waits
 * all the same and never ends; Argo CD has it healthy too. Source: health_pvc.go in Argo CD's gitops-engine.
 */
export function claimHealth(object: KubernetesObject): Health {
  switch (textAt(object, 'status', 'phase')) {
    case 'Lost':
      return degraded('its PersistentVolume is lost')
    case 'Bound':
      return resizeHealth(object)
    case 'Pending': {
      const provisioner = provisioners.map(it => object.metadata.annotations?.[it]).find(Boolean)
      return provisioner ? progressing(`waiting for ${provisioner} to make its PersistentVolume`) : healthy
    }
    case null:
    default:
      return progressing('waiting for a PersistentVolume')
  }
}

/** A volume that grows is in use meanwhile; only one that never will is a fault. */
function resizeHealth(object: KubernetesObject): Health {
  const state = textAt(object, 'status', 'allocatedResourceStatuses', 'storage')
  if (state !== 'ControllerResizeInfeasible' && state !== 'NodeResizeInfeasible') return healthy
  const wanted = textAt(object, 'spec', 'resources', 'requests', 'storage')
  return degraded(`its PersistentVolume cannot be resized${wanted ? ` to ${wanted}` : ''}`)
}

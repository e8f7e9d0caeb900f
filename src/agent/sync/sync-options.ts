import type { Application } from '../../model/application.ts'
import type { KubernetesObject } from '../../model/object.ts'
import { textAt } from '../../engine/json.ts'
import { syncOptionsOf } from '../../engine/ownership.ts'

/** Whether the object may be deleted and created again when an immutable field changes. */
export function mayReplace(object: KubernetesObject, application: Pick<Application, 'syncPolicy'>): boolean {
  const options = new Set([...syncOptionsOf(object), ...application.syncPolicy.syncOptions])
  return options.has('Replace=true') || options.has('Force=true')
}

/** Whether the object itself says that it stays. `Prune=confirm` waits for a person, so it stays for now. */
export function keepsFromPruning(live: KubernetesObject): boolean {
  const options = syncOptionsOf(live)
  return (
    options.has('Prune=false') ||
    options.has('Prune=confirm') ||
    textAt(live, 'metadata', 'annotations', 'helm.sh/resource-policy') === 'keep'
  )
}

export function createsNamespace(application: Pick<Application, 'syncPolicy'>): boolean {
  return application.syncPolicy.syncOptions.includes('CreateNamespace=true')
}

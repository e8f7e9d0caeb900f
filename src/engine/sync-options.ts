import type { Application } from '../model/application.ts'
import { syncOptionsAnnotations } from '../model/fields.ts'
import type { KubernetesObject } from '../model/object.ts'
import { textAt } from './json.ts'

type WithPolicy = Pick<Application, 'syncPolicy'>

/** An option's value, as in `Prune=false`: what the object says, else what its application says, else null. */
function syncOption(
  name: string,
  object: KubernetesObject | null,
  { syncPolicy }: WithPolicy,
): string | null {
  const texts = object
    ? syncOptionsAnnotations.map(it => textAt(object, 'metadata', 'annotations', it) ?? '')
    : []
  const own = valueIn(
    texts.flatMap(it => it.split(',')),
    name,
  )
  return own ?? valueIn(syncPolicy.syncOptions, name)
}

/** The first of a name wins. */
function valueIn(options: readonly string[], name: string): string | null {
  for (const option of options) {
    const [key, value] = option.split('=', 2)
    if (key?.trim() === name && value !== undefined) return value.trim()
  }
  return null
}

/** Whether the object may be deleted and created again when an immutable field changes. */
export function mayReplace(object: KubernetesObject, application: WithPolicy): boolean {
  return ['Replace', 'Force'].some(name => syncOption(name, object, application) === 'true')
}

export function createsNamespace(application: WithPolicy): boolean {
  return syncOption('CreateNamespace', null, application) === 'true'
}

/** Whether a kind that nothing serves yet, and the set does not define, is expected to be served when its turn comes. */
export function expectsKind(object: KubernetesObject, application: WithPolicy): boolean {
  return syncOption('SkipDryRunOnMissingResource', object, application) === 'true'
}

/** What keeps an object that left Git, or whose application goes. */
export interface Keep {
  /** For good, or until somebody confirms that it goes. */
  readonly until: 'for-good' | 'confirmed'
  /** `the sync option Prune=false` */
  readonly because: string
}

/** As {@link Keep}; null when nothing does. An application that goes listens to `Delete` as well. */
export function keepOf(
  live: KubernetesObject,
  application: WithPolicy,
  { removed }: { readonly removed: boolean },
): Keep | null {
  const names = removed ? ['Delete', 'Prune'] : ['Prune']
  const said = (value: string) => names.find(name => syncOption(name, live, application) === value)
  const never = said('false')
  if (never) return { until: 'for-good', because: `the sync option ${never}=false` }
  if (textAt(live, 'metadata', 'annotations', 'helm.sh/resource-policy') === 'keep') {
    return { until: 'for-good', because: 'the annotation helm.sh/resource-policy: keep' }
  }
  const confirm = said('confirm')
  return confirm ? { until: 'confirmed', because: `the sync option ${confirm}=confirm` } : null
}

export type Propagation = 'Background' | 'Foreground' | 'Orphan'

const propagations: Readonly<Record<string, Propagation>> = {
  background: 'Background',
  foreground: 'Foreground',
  orphan: 'Orphan',
}

/** What becomes of what pruned objects own. Behind their backs, unless the application says something else. */
export function prunePropagation(application: WithPolicy): Propagation {
  const said = syncOption('PrunePropagationPolicy', null, application)?.toLowerCase() ?? ''
  return (Object.hasOwn(propagations, said) ? propagations[said] : undefined) ?? 'Background'
}

import type { ManagedApplication } from '../agent/state/state.ts'
import type { Application } from '../model/application.ts'
import { InvalidInputError } from '../model/problem.ts'
import type { TargetOptions } from './commands/options.ts'
import type { LocalEngine } from './local-engine.ts'

/**
 * A folder is named by its last part alone, so two of them may claim one application. Rejects with InvalidInputError when the cluster
 * has an application of that name that came from elsewhere, or went elsewhere: acting on it would prune what is not this folder's. An
 * explicit name says which one is meant, and so does an Application document.
 */
export async function refuseOtherApplication(
  { state }: Pick<LocalEngine, 'state'>,
  application: Application,
  options: Pick<TargetOptions, 'application'> & { readonly writes?: boolean },
  signal: AbortSignal,
): Promise<void> {
  if (application.definedIn !== null || options.application !== undefined) return
  const known = await state.get(application.name, signal)
  if (!known) return
  // To look at what a repository deploys is fine; to sync a laptop's folder in its place has to be meant.
  const isTaken = known.repository !== null && options.writes === true
  if (isTaken || isOther(known, application)) throw other(known, application)
}

function isOther({ application: known, status }: ManagedApplication, wanted: Application): boolean {
  // A first sync that was put back has left nothing to mix up.
  if (status.syncedAt === null && status.inventory.length === 0) return false
  return known.destination.namespace !== wanted.destination.namespace || pathsOf(known) !== pathsOf(wanted)
}

function pathsOf({ sources }: Application): string {
  return sources.map(it => it.chart ?? it.path).join(' and ')
}

function other({ application: known, repository, status }: ManagedApplication, wanted: Application) {
  const { name } = wanted
  const told = [
    repository === null ? '' : `of the repository ${repository.fullName}, `,
    `from ${pathsOf(known)} to the namespace ${known.destination.namespace}`,
    status.syncedAt === null ? '' : `, last synced at ${status.syncedAt}`,
  ].join('')
  const here = `${pathsOf(wanted)} for the namespace ${wanted.destination.namespace}`
  const message = `the cluster has another application ${name} (${told}); this is ${here}`
  const hint = `--application NAME makes this an application of its own, --application ${name} means the one that is there`
  return new InvalidInputError([{ code: 'other-application', message, location: null, hint }])
}

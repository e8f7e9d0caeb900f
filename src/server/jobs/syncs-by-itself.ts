import type { Application } from '../../model/application.ts'
import type { Settings } from '../../model/settings.ts'

/** Whether a merge syncs an application without being asked. Where approvals are wanted, a person starts it. */
export function syncsByItself(application: Application, settings: Settings): boolean {
  const { cluster } = application.destination
  const environment = settings.environments.find(it => it.name === cluster)
  return application.syncPolicy.automated !== null && (environment?.approvals ?? 0) === 0
}

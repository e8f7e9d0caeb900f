import type { Application } from '../../model/application.ts'

/** Whether a merge syncs an application without `/plumbline sync`. Where approvals are wanted, it waits for them in any case. */
export function isAutomated({ syncPolicy }: Application): boolean {
  return syncPolicy.automated !== null
}

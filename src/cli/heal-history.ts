import type { HealHistory } from '../model/drift.ts'
import type { TargetOptions } from './commands/options.ts'
import type { LocalEngine } from './local-engine.ts'
import { refuseOtherApplication } from './other-application.ts'
import { readTarget } from './target.ts'

/** What `plumbline drift --history -o json` prints. */
export interface Heals {
  readonly application: string
  readonly cluster: string
  /** Newest first; only the last ones are listed. */
  readonly healed: HealHistory
}

/** What self-heal has put back of an application. Rejects with ClusterError, and with Problem for what PATH says wrongly. */
export async function healsOfPath(
  { state, clusterName }: LocalEngine,
  path: string,
  options: Pick<TargetOptions, 'application' | 'namespace'>,
  signal: AbortSignal,
): Promise<Heals> {
  const { application } = await readTarget(path, options, clusterName)
  await refuseOtherApplication({ state }, application, options, signal)
  const managed = await state.get(application.name, signal)
  return {
    application: application.name,
    cluster: clusterName,
    healed: managed?.status.heals ?? { total: 0, recent: [] },
  }
}

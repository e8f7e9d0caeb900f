import type { TargetOptions } from './commands/options.ts'
import type { LocalEngine } from './local-engine.ts'
import type { Drift } from './output/print.ts'
import { renderTarget } from './render-path.ts'
import { readTarget } from './target.ts'

/** Compares live with PATH as it renders now, taken as what was last synced: whatever differs has drifted. */
export async function driftOfPath(
  engine: LocalEngine,
  path: string,
  options: Pick<TargetOptions, 'application' | 'namespace' | 'prune'>,
  signal: AbortSignal,
): Promise<Drift> {
  const target = await readTarget(path, options, engine.clusterName)
  const rendered = await renderTarget(engine, target, { signal })
  // Base and head agree, so every difference is the cluster's own.
  const request = { application: target.application, head: rendered, base: rendered, revision: null }
  const { plan } = await engine.planner.plan(request, signal)
  return { application: plan.application, drifted: plan.changes.filter(it => it.action !== 'leave-behind') }
}

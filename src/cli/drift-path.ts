import { objectIdOf } from '../model/identity.ts'
import type { KubernetesObject } from '../model/object.ts'
import type { RenderedObject } from '../model/rendered.ts'
import type { TargetOptions } from './commands/options.ts'
import type { LocalEngine } from './local-engine.ts'
import { refuseOtherApplication } from './other-application.ts'
import type { Drift } from './output/print.ts'
import { remember } from './remember.ts'
import { renderTarget } from './render-path.ts'
import { readTarget } from './target.ts'

/**
 * Compares live with what PATH rendered when it was last synced; with what it renders now when that is not known. What Git
 * has that was not synced yet is no drift.
 */
export async function driftOfPath(
  engine: LocalEngine,
  path: string,
  options: Pick<TargetOptions, 'application' | 'namespace'>,
  signal: AbortSignal,
): Promise<Drift> {
  const { application, ...target } = await readTarget(path, options, engine.clusterName)
  await refuseOtherApplication(engine, application, options, signal)
  const remembered = await remember(engine, application.name, signal)
  const rendered = await renderTarget(engine, { application, ...target }, { signal })
  const { lastSynced } = remembered
  if (!lastSynced) {
    const unknown = `nothing is known of an earlier sync of ${application.name}, so this compares with PATH as it renders now`
    process.stderr.write(`${unknown}\n`)
  }
  const synced = lastSynced ? traced(lastSynced, rendered, application.destination.namespace) : rendered
  // Base and head agree, so every difference is the cluster's own.
  const request = { application, head: synced, base: synced, revision: null, prune: false, remembered }
  const { plan } = await engine.planner.plan(request, signal)
  const drifted = plan.changes.filter(it => it.action !== 'leave-behind')
  return { application: plan.application, drifted, ...(lastSynced ? {} : { neverSynced: true }) }
}

/** What was synced, with the places where it is written now. */
function traced(
  objects: readonly KubernetesObject[],
  rendered: readonly RenderedObject[],
  namespace: string,
): readonly RenderedObject[] {
  const sources = new Map(
    rendered.flatMap(({ object, source }) => {
      const { namespace: own, ...metadata } = object.metadata
      const inNamespace = { ...object, metadata: { ...metadata, namespace: own || namespace } }
      return [{ ...object, metadata }, inNamespace].map(it => [objectIdOf(it), source] as const)
    }),
  )
  return objects.map(object => ({ object, source: sources.get(objectIdOf(object)) ?? null }))
}

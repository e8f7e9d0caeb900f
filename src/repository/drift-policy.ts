import {
  defaultDriftSettings,
  type DriftOverride,
  type DriftPolicy,
  type DriftSettings,
  type DriftSeverity,
} from '../model/drift-settings.ts'
import type { ObjectId } from '../model/identity.ts'
import { compileGlob } from './glob.ts'

/** What holds for one application. Settings kept by older versions know less. */
export function driftPolicyOf(
  settings: Partial<DriftSettings> | undefined,
  target: { readonly name: string; readonly cluster: string },
): DriftPolicy {
  const { overrides, clusterSilentAfterSeconds: _, ...general } = { ...defaultDriftSettings, ...settings }
  return overrides
    .filter(it => concerns(it, target))
    .reduce<DriftPolicy>((policy, { applications: _names, clusters: _clusters, ...own }) => {
      return { ...policy, ...own, severity: { ...policy.severity, ...own.severity } }
    }, general)
}

function concerns(
  { applications, clusters }: DriftOverride,
  { name, cluster }: { readonly name: string; readonly cluster: string },
): boolean {
  const matches = (globs: readonly string[], text: string) =>
    globs.length === 0 || globs.some(glob => compileGlob(glob)?.(text) === true)
  return matches(applications, name) && matches(clusters, cluster)
}

/** The most exact entry counts: `apps/Deployment` before `Deployment` before `*`. */
export function severityOf({ severity }: Pick<DriftPolicy, 'severity'>, id: ObjectId): DriftSeverity {
  const [group = '', kind = ''] = id.split('/')
  const entry = [`${group}/${kind}`, kind, '*'].find(it => Object.hasOwn(severity, it))
  return (entry !== undefined && severity[entry]) || 'low'
}

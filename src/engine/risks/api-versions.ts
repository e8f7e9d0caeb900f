import { groupOf } from '../../model/identity.ts'
import type { KubernetesObject } from '../../model/object.ts'
import type { Risk } from '../../model/plan.ts'
import { insteadOf, minorOf, retiredApi } from '../api-lifecycle.ts'
import { listAt, propertyAt, textAt } from '../json.ts'
import type { RiskInput } from '../risks.ts'

/** An apiVersion that the next versions of Kubernetes, or of a CustomResourceDefinition, will not serve. */
export function apiVersionRisks({ desired, definitions, around }: RiskInput): readonly Risk[] {
  if (!desired) return []
  const { apiVersion, kind } = desired
  const api = retiredApi(desired)
  const minor = around.kubernetesVersion === null ? null : minorOf(around.kubernetesVersion)
  if (api && minor !== null && minor >= api.deprecated && minor < api.removed) {
    const message = `Kubernetes 1.${api.removed} will not serve ${kind} of ${apiVersion} any more (this cluster has 1.${minor}): ${insteadOf(api)}`
    const severity = api.removed - minor <= 1 ? 'medium' : 'low'
    return [{ code: 'deprecated-api', severity, message }]
  }
  const deprecated = definitions.map(it => deprecatedVersion(it, desired))
  const warning = deprecated.find(it => it !== null)
  return warning ? [{ code: 'deprecated-api', severity: 'low', message: warning }] : []
}

/** What a definition of the same render says about the version that an object is written in; null when all is well. */
function deprecatedVersion(
  definition: KubernetesObject,
  { apiVersion, kind }: KubernetesObject,
): string | null {
  const group = textAt(definition, 'spec', 'group')
  if (group !== groupOf(apiVersion) || textAt(definition, 'spec', 'names', 'kind') !== kind) return null
  const written = listAt(definition, 'spec', 'versions').find(
    it => `${group}/${textAt(it, 'name')}` === apiVersion,
  )
  if (propertyAt(written, 'deprecated') !== true) return null
  return textAt(written, 'deprecationWarning') ?? `${apiVersion} ${kind} is deprecated by its definition`
}

import { property, textAt } from '../../../../src/engine/json.ts'
import type { KubernetesObject } from '../../../../src/model/object.ts'
import { settings } from './objects.ts'
import type { Hand, Row } from './row.ts'

const stamped = { admission: 'stamps' }
const rewritten = { admission: 'rewrites' }

/** MutatingAdmissionPolicies that came after the sync, each for objects with a label of its own. */
export const policies: readonly KubernetesObject[] = [
  ...policy(
    'classified-stamps',
    stamped,
    'Object{metadata: Object.metadata{annotations: {"policy.example.com/stamp": "yes"}}}',
  ),
  ...policy('classified-rewrites', rewritten, 'Object{data: {"mode": "as the policy wants"}}'),
]

export const admissionRows: readonly Row[] = [
  {
    what: 'a policy that adds an annotation to whatever is written',
    object: settings('stamped', undefined, { labels: stamped }),
    edit: hand =>
      touchUntil(
        hand,
        object => textAt(object, 'metadata', 'annotations', 'policy.example.com/stamp') === 'yes',
      ),
    told: 'nothing',
  },
  {
    what: 'a policy that writes another value than Git, and would do so to every sync',
    object: settings('rewritten', undefined, { labels: rewritten }),
    edit: hand => touchUntil(hand, object => property(object['data'], 'mode') === 'as the policy wants'),
    told: 'nothing',
  },
]

/** Policies take a while until they are in force. */
function touchUntil(hand: Hand, holds: (object: KubernetesObject) => boolean): Promise<void> {
  let round = 0
  return hand.until(async () => {
    await hand.kubectl(['annotate', hand.target, `touched=${round++}`, '--overwrite'])
    return holds(await hand.read())
  })
}

function policy(name: string, labels: object, expression: string): readonly KubernetesObject[] {
  const apiVersion = 'admissionregistration.k8s.io/v1'
  const rules = [
    { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE', 'UPDATE'], resources: ['configmaps'] },
  ]
  return [
    {
      apiVersion,
      kind: 'MutatingAdmissionPolicy',
      metadata: { name },
      spec: {
        matchConstraints: { resourceRules: rules, objectSelector: { matchLabels: labels } },
        failurePolicy: 'Fail',
        reinvocationPolicy: 'Never',
        mutations: [{ patchType: 'ApplyConfiguration', applyConfiguration: { expression } }],
      },
    },
    { apiVersion, kind: 'MutatingAdmissionPolicyBinding', metadata: { name }, spec: { policyName: name } },
  ]
}

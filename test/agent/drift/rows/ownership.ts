import { applicationLabel, fieldManager } from '../../../../src/model/fields.ts'
import type { IgnoreDifference } from '../../../../src/model/application.ts'
import { settings, workload } from './objects.ts'
import type { Row } from './row.ts'

const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration'
export const ourLabel = `/metadata/labels/${applicationLabel.replace('/', '~1')}`
const withoutManagedFields = (fields: object) => ({ ...fields, metadata: { managedFields: [{}] } })

/** Who writes, and what is written about the object rather than into it. */
export const ownershipRows: readonly Row[] = [
  {
    what: 'kubectl label over a label of ours',
    object: settings('labelled', undefined, { labels: { tier: 'front' } }),
    edit: hand => hand.kubectl(['label', hand.target, 'tier=back', '--overwrite']),
    told: { fields: ['/metadata/labels/tier'] },
  },
  {
    what: 'kubectl label with a label of their own',
    object: settings('own-label'),
    edit: hand => hand.kubectl(['label', hand.target, 'team=blue']),
    told: 'nothing',
  },
  {
    what: 'kubectl annotate over an annotation of ours',
    object: settings('annotated', undefined, { annotations: { contact: 'shop' } }),
    edit: hand => hand.kubectl(['annotate', hand.target, 'contact=me', '--overwrite']),
    told: { fields: ['/metadata/annotations/contact'] },
  },
  {
    what: 'kubectl annotate with an annotation of their own',
    object: settings('own-annotation'),
    edit: hand => hand.kubectl(['annotate', hand.target, 'note=mine']),
    told: 'nothing',
  },
  {
    what: 'the annotation last-applied alone',
    object: settings('last-applied'),
    edit: hand => hand.kubectl(['annotate', hand.target, `${lastApplied}={"data":{"mode":"slow"}}`]),
    told: 'nothing',
  },
  {
    what: 'a finalizer',
    object: settings('finalizer'),
    edit: hand => hand.patch({ metadata: { finalizers: ['example.com/hold'] } }),
    told: 'nothing',
  },
  {
    what: 'an owner in the cluster',
    object: settings('owned'),
    edit: async hand => {
      const { uid } = (await hand.read('configmap/owner')).metadata
      const owner = { apiVersion: 'v1', kind: 'ConfigMap', name: 'owner', uid }
      await hand.patch({ metadata: { ownerReferences: [owner] } })
    },
    told: 'nothing',
  },
  {
    what: 'kubectl apply of the same',
    object: settings('applied-same'),
    edit: hand => hand.kubectl(['apply', '-f', '-'], { input: settings('applied-same') }),
    told: 'nothing',
  },
  {
    what: 'kubectl apply of something else',
    object: settings('applied-other'),
    edit: hand => hand.kubectl(['apply', '-f', '-'], { input: settings('applied-other', { mode: 'slow' }) }),
    told: { fields: ['/data/mode'] },
  },
  {
    what: 'kubectl replace with what is there',
    object: workload('replaced'),
    edit: async hand => hand.kubectl(['replace', '-f', '-'], { input: await hand.read() }),
    told: 'nothing',
  },
  {
    what: 'server-side apply of the same value by another manager',
    object: settings('shared'),
    edit: hand => hand.apply({ data: { mode: 'fast' } }),
    told: 'nothing',
  },
  {
    what: 'server-side apply of another value that is refused',
    object: settings('refused'),
    edit: async hand => {
      const refusal = await hand.apply({ data: { mode: 'slow' } }).then(
        () => null,
        (error: unknown) => error,
      )
      if (!/conflict/i.test(String(refusal))) throw new Error(`there was no conflict: ${String(refusal)}`)
    },
    told: 'nothing',
  },
  {
    what: 'server-side apply of another value by force',
    object: settings('forced'),
    edit: hand => hand.apply({ data: { mode: 'slow' } }, { force: true }),
    told: { fields: ['/data/mode'] },
  },
  {
    what: 'our label taken off',
    object: settings('unlabelled'),
    edit: hand => hand.kubectl(['label', hand.target, `${applicationLabel}-`]),
    told: { fields: [ourLabel] },
  },
  {
    what: 'our label with the name of another',
    object: settings('claimed'),
    edit: hand => hand.kubectl(['label', hand.target, `${applicationLabel}=somebody-else`, '--overwrite']),
    told: { fields: [ourLabel] },
  },
  {
    what: 'managedFields taken away',
    object: settings('forgotten'),
    edit: hand => hand.patch(withoutManagedFields({}), { type: 'merge' }),
    told: 'nothing',
  },
  {
    what: 'an edit after managedFields were taken away',
    object: settings('forgotten-then-edited'),
    edit: async hand => {
      await hand.patch(withoutManagedFields({}), { type: 'merge' })
      await hand.patch({ data: { mode: 'slow' } })
    },
    told: { fields: ['/data/mode'] },
  },
  {
    what: 'managedFields and label taken away in one',
    object: settings('stripped'),
    edit: hand =>
      hand.patch(
        { metadata: { managedFields: [{}], labels: { [applicationLabel]: null } } },
        { type: 'merge' },
      ),
    told: { fields: [ourLabel] },
  },
  {
    what: 'a copy under another name',
    object: settings('copied'),
    edit: async hand => {
      const { metadata, ...rest } = await hand.read()
      const { labels, annotations } = metadata
      await hand.kubectl(['apply', '-f', '-'], {
        input: { ...rest, metadata: { name: 'copied-2', labels, annotations } },
      })
    },
    told: 'nothing',
  },
  {
    what: 'a copy under another name with its managedFields, as a backup makes it',
    object: settings('restored'),
    edit: async hand => {
      const { metadata, ...rest } = await hand.read()
      const { labels, managedFields } = metadata
      // Their times are whole seconds.
      await hand.until(async () => Date.now() > Date.parse(managedFields?.[0]?.time ?? '') + 1000)
      const copy = { ...rest, metadata: { name: 'restored-2', labels, managedFields } }
      await hand.kubectl(['create', '-f', '-'], { input: copy })
    },
    told: 'nothing',
  },
  {
    what: 'a child that inherits labels and manager',
    object: settings('parent'),
    edit: async hand => {
      const { uid, labels } = (await hand.read()).metadata
      const owner = { apiVersion: 'v1', kind: 'ConfigMap', name: 'parent', uid, controller: true }
      await hand.apply(
        { metadata: { name: 'child', labels, ownerReferences: [owner] } },
        { as: fieldManager },
      )
    },
    told: 'nothing',
  },
  {
    what: 'an object that we applied once and do not have any more',
    object: settings('has-sibling'),
    edit: async hand => {
      const { labels } = (await hand.read()).metadata
      await hand.apply({ metadata: { name: 'sibling', labels } }, { as: fieldManager })
    },
    told: { leftBehind: 'sibling' },
  },
  {
    what: 'a field that is ignored by pointer',
    object: settings('ignored-pointer'),
    edit: hand => hand.patch({ data: { mode: 'slow' } }),
    told: 'nothing',
  },
  {
    what: 'another field than the one that is ignored',
    object: settings('ignored-other'),
    edit: hand => hand.patch({ data: { mode: 'slow', size: '2' } }),
    told: { fields: ['/data/size'] },
  },
  {
    what: 'a field that is ignored by jq',
    object: workload('ignored-jq'),
    edit: hand => hand.kubectl(['set', 'image', hand.target, 'web=registry.example/web:9']),
    told: 'nothing',
  },
  {
    what: 'a manager that is ignored',
    object: workload('ignored-manager'),
    edit: hand => hand.patch({ spec: { replicas: 1 } }, { as: 'scaler' }),
    told: 'nothing',
  },
  {
    what: 'another manager than the one that is ignored',
    object: workload('ignored-manager-2'),
    edit: hand => hand.patch({ spec: { replicas: 1 } }, { as: 'kubectl-edit' }),
    told: { fields: ['/spec/replicas'] },
  },
]

const rule = {
  group: null,
  namespace: null,
  jsonPointers: [],
  jqPathExpressions: [],
  managedFieldsManagers: [],
}

export const ignored: readonly IgnoreDifference[] = [
  { ...rule, kind: 'ConfigMap', name: 'ignored-*', jsonPointers: ['/data/mode'] },
  {
    ...rule,
    kind: 'Deployment',
    name: 'ignored-jq',
    jqPathExpressions: ['.spec.template.spec.containers[] | select(.name == "web") | .image'],
  },
  { ...rule, kind: 'Deployment', name: 'ignored-manager*', managedFieldsManagers: ['scaler'] },
]

import { propertyAt } from '../../../../src/engine/json.ts'
import { cronJob, workload } from './objects.ts'
import type { Row } from './row.ts'

const container = '/spec/template/spec/containers/0'
const inPod = (spec: object) => ({ spec: { template: { spec } } })
const web = (fields: object) => inPod({ containers: [{ name: 'web', ...fields }] })

const twoPorts = { ports: [{ containerPort: 80 }, { containerPort: 81, name: 'debug' }] }

/** People and their commands, on what runs pods. */
export const workloadRows: readonly Row[] = [
  {
    what: 'kubectl edit of an image',
    object: workload('edited'),
    edit: hand => hand.kubectl(['edit', hand.target], { editor: 'sed -i s,example/web:1,example/web:2,' }),
    told: { fields: [`${container}/image`] },
  },
  {
    what: 'kubectl scale',
    object: workload('scaled'),
    edit: hand => hand.kubectl(['scale', hand.target, '--replicas=1']),
    told: { fields: ['/spec/replicas'] },
  },
  {
    what: 'kubectl scale of what Git says nothing about',
    object: workload('scaled-freely', { spec: {} }),
    edit: hand => hand.kubectl(['scale', hand.target, '--replicas=2']),
    told: 'nothing',
  },
  {
    what: 'kubectl set image',
    object: workload('imaged'),
    edit: hand => hand.kubectl(['set', 'image', hand.target, 'web=registry.example/web:3']),
    told: { fields: [`${container}/image`] },
  },
  {
    what: 'kubectl set env of a variable of ours',
    object: workload('variable'),
    edit: hand => hand.kubectl(['set', 'env', hand.target, 'LOG=debug']),
    told: { fields: [`${container}/env/0/value`] },
  },
  {
    what: 'kubectl set env of a variable of their own',
    object: workload('own-variable'),
    edit: hand => hand.kubectl(['set', 'env', hand.target, 'TRACE=yes']),
    told: 'nothing',
  },
  {
    what: 'kubectl set resources',
    object: workload('resources'),
    edit: hand => hand.kubectl(['set', 'resources', hand.target, '--limits=memory=128Mi']),
    told: { fields: [`${container}/resources/limits/memory`] },
  },
  {
    what: 'the same quantity, written another way',
    object: workload('quantity'),
    edit: hand => hand.patch(web({ resources: { requests: { cpu: '0.1' } } })),
    told: 'nothing',
  },
  {
    what: 'a limit taken out',
    object: workload('unlimited'),
    edit: hand => hand.patch([{ op: 'remove', path: `${container}/resources/limits` }], { type: 'json' }),
    told: { fields: [`${container}/resources/limits/memory`] },
  },
  {
    what: 'a patch of a list by key, which adds to an item of ours',
    object: workload('by-key', { container: twoPorts }),
    edit: hand => hand.patch(web({ ports: [{ containerPort: 80, hostPort: 80 }] })),
    told: 'nothing',
  },
  {
    what: 'a patch of a list by key, which changes an item of ours',
    object: workload('in-key', { container: twoPorts }),
    edit: hand => hand.patch(web({ ports: [{ containerPort: 81, name: 'admin' }] })),
    told: { fields: [`${container}/ports/1/name`] },
  },
  {
    what: 'a list by key in another order',
    object: workload('by-key-reordered', { container: twoPorts }),
    edit: hand => hand.patch(web({ ports: [{ containerPort: 81 }, { containerPort: 80 }] })),
    told: { fields: [`${container}/ports`] },
  },
  {
    what: 'an item of ours taken out of a list by key',
    object: workload('out-of-list', { container: twoPorts }),
    edit: hand => hand.patch(web({ ports: [{ containerPort: 81, $patch: 'delete' }] })),
    told: { fields: [`${container}/ports/1`] },
  },
  {
    what: 'arguments in another order',
    object: workload('reordered', { container: { args: ['--one', '--two'] } }),
    edit: hand => hand.patch(web({ args: ['--two', '--one'] })),
    told: { fields: [`${container}/args/0`, `${container}/args/1`] },
  },
  {
    what: 'a sidecar put in',
    object: workload('meshed'),
    edit: hand =>
      hand.patch(inPod({ containers: [{ name: 'proxy', image: 'mesh.example/proxy:1' }] }), { as: 'mesh' }),
    told: 'nothing',
  },
  {
    what: 'kubectl rollout restart',
    object: workload('restarted'),
    edit: hand => hand.kubectl(['rollout', 'restart', hand.target]),
    told: 'nothing',
  },
  {
    what: 'kubectl rollout pause',
    object: workload('paused'),
    edit: hand => hand.kubectl(['rollout', 'pause', hand.target]),
    told: 'nothing',
  },
  {
    what: 'a CronJob suspended that Git lets run',
    object: cronJob('suspended', { suspend: false }),
    edit: hand => hand.patch({ spec: { suspend: true } }),
    told: { fields: ['/spec/suspend'] },
  },
  {
    what: 'a controller that numbers the revisions',
    object: workload('numbered'),
    edit: hand =>
      hand.until(async () => {
        const { annotations = {} } = (await hand.read()).metadata
        return annotations['deployment.kubernetes.io/revision'] !== undefined
      }),
    told: 'nothing',
  },
  {
    what: 'a status alone',
    object: workload('status'),
    edit: hand =>
      hand.kubectl([
        'patch',
        hand.target,
        '--subresource=status',
        '--type=merge',
        '-p',
        '{"status":{"conditions":[{"type":"Noted","status":"True"}]}}',
      ]),
    told: 'nothing',
  },
  {
    what: 'a foreground deletion with all that it made',
    object: workload('cascaded', { spec: { replicas: 1 } }),
    edit: hand => hand.kubectl(['delete', hand.target, '--cascade=foreground', '--wait=true']),
    told: 'deleted',
  },
  {
    what: 'a deletion that leaves its pods',
    object: workload('orphaning', { spec: { replicas: 1 } }),
    edit: hand => hand.kubectl(['delete', hand.target, '--cascade=orphan']),
    told: 'deleted',
  },
  {
    what: 'a ReplicaSet deleted, which is made again',
    object: workload('remade', { spec: { replicas: 1 } }),
    edit: hand => hand.kubectl(['delete', 'replicaset', '--selector=app=remade']),
    told: 'nothing',
  },
  {
    what: 'a HorizontalPodAutoscaler, where Git says no number',
    object: workload('scales-itself', { spec: {} }),
    edit: hand => hand.until(async () => propertyAt(await hand.read(), 'spec', 'replicas') === 3),
    told: 'nothing',
  },
  {
    what: 'a HorizontalPodAutoscaler, where Git says a number',
    object: workload('scales-ours', { spec: { replicas: 1 } }),
    edit: hand => hand.until(async () => propertyAt(await hand.read(), 'spec', 'replicas') === 3),
    told: { fields: ['/spec/replicas'] },
  },
]

/** Their autoscalers are made first: the controller takes its time. */
export const autoscaled = ['scales-itself', 'scales-ours']

import { credentials, encode, role, service, serviceAccount, settings, webhook } from './objects.ts'
import { ourLabel } from './ownership.ts'
import type { Row } from './row.ts'

const bundle = (text: string) => encode(`-----BEGIN CERTIFICATE-----\n${text}\n-----END CERTIFICATE-----\n`)
const pathOfBundle = '/webhooks/0/clientConfig/caBundle'

/** What is not run: settings, Secrets, services, roles, webhooks. */
export const configRows: readonly Row[] = [
  {
    what: 'a key of a ConfigMap changed',
    object: settings('changed'),
    edit: hand => hand.patch({ data: { mode: 'slow' } }),
    told: { fields: ['/data/mode'] },
  },
  {
    what: 'a key of a ConfigMap added',
    object: settings('added'),
    edit: hand => hand.patch({ data: { theirs: 'yes' } }),
    told: 'nothing',
  },
  {
    what: 'a key of a ConfigMap removed',
    object: settings('removed'),
    edit: hand => hand.patch({ data: { mode: null } }),
    told: { fields: ['/data/mode'] },
  },
  {
    what: 'all keys of a ConfigMap removed',
    object: settings('emptied'),
    edit: hand => hand.patch({ data: null }),
    told: { fields: ['/data/mode', '/data/size'] },
  },
  {
    what: 'kubectl delete',
    object: settings('deleted'),
    edit: hand => hand.kubectl(['delete', hand.target]),
    told: 'deleted',
  },
  {
    what: 'kubectl create of the same after a deletion, without our label',
    object: settings('recreated'),
    edit: async hand => {
      await hand.kubectl(['delete', hand.target])
      await hand.kubectl([
        'create',
        'configmap',
        'recreated',
        '--from-literal=mode=fast',
        '--from-literal=size=1',
      ])
    },
    told: { fields: [ourLabel] },
  },
  {
    what: 'a key of a Secret changed',
    object: credentials('secret-changed', { password: 'canary-before-7' }),
    edit: hand => hand.patch({ data: { password: encode('canary-after-7') } }),
    told: { fields: ['/data/password'] },
  },
  {
    what: 'a key of a Secret added',
    object: credentials('secret-added', { password: 'canary-before-8' }),
    edit: hand => hand.patch({ stringData: { theirs: 'canary-after-8' } }),
    told: 'nothing',
  },
  {
    what: 'a port of a Service changed',
    object: service('port-changed'),
    edit: hand => hand.patch({ spec: { ports: [{ port: 80, targetPort: 9090 }] } }),
    told: { fields: ['/spec/ports/0/targetPort'] },
  },
  {
    what: 'a node port that Git leaves to the cluster',
    object: service('node-port', { type: 'NodePort' }),
    edit: hand => hand.patch({ spec: { ports: [{ port: 80, nodePort: 32_123 }] } }),
    told: 'nothing',
  },
  {
    what: 'a selector of a Service with more in it',
    object: service('selector'),
    edit: hand => hand.patch({ spec: { selector: { track: 'next' } } }),
    told: { fields: ['/spec/selector/track'] },
  },
  {
    what: 'pull secrets given to a ServiceAccount',
    object: serviceAccount('puller'),
    edit: hand => hand.patch({ imagePullSecrets: [{ name: 'registry' }] }),
    told: 'nothing',
  },
  {
    what: 'a caBundle put in where Git has none',
    object: webhook('classified-empty'),
    edit: hand =>
      hand.patch(
        { webhooks: [{ name: 'classified-empty.example.com', clientConfig: { caBundle: bundle('one') } }] },
        { as: 'cainjector' },
      ),
    told: 'nothing',
  },
  {
    what: 'a caBundle put in by a controller over that of Git',
    object: webhook('classified-injected', bundle('git')),
    edit: hand =>
      hand.patch([{ op: 'replace', path: pathOfBundle, value: bundle('two') }], {
        type: 'json',
        as: 'cainjector',
      }),
    told: 'nothing',
  },
  {
    what: 'a caBundle put in by a person over that of Git',
    object: webhook('classified-by-hand', bundle('git')),
    edit: hand =>
      hand.patch([{ op: 'replace', path: pathOfBundle, value: bundle('three') }], {
        type: 'json',
        as: 'kubectl-edit',
      }),
    told: { fields: [pathOfBundle] },
  },
  {
    what: 'rules that a controller gathers into an aggregated ClusterRole',
    object: role('classified-aggregated', {
      rules: [],
      aggregationRule: {
        clusterRoleSelectors: [{ matchLabels: { 'classified.example.com/gathered': 'yes' } }],
      },
    }),
    edit: async hand => {
      const part = role('classified-part')
      const labels = { 'classified.example.com/gathered': 'yes' }
      await hand.kubectl(['apply', '-f', '-'], { input: { ...part, metadata: { ...part.metadata, labels } } })
      await hand.until(async () => JSON.stringify((await hand.read())['rules']).includes('pods'))
    },
    told: 'nothing',
  },
  {
    what: 'a verb added to a ClusterRole',
    object: role('classified-verb'),
    edit: hand => hand.patch([{ op: 'add', path: '/rules/0/verbs/-', value: 'list' }], { type: 'json' }),
    told: { fields: ['/rules/0/verbs'] },
  },
]

import { defineKind } from './kind.ts'

const http = ['spec', 'ports', { name: 'http' }] as const
const metrics = ['spec', 'ports', { name: 'metrics' }] as const

export const service = defineKind({
  apiVersion: 'v1',
  kind: 'Service',
  scope: 'namespaced',
  base: name => ({ spec: { selector: { app: name }, ports: [{ name: 'http', port: 80 }] } }),
  fields: {
    port: { at: [...http, 'port'], values: [80, 8080, 81], odd: ['80', 70_000] },
    'target port': { at: [...http, 'targetPort'], values: ['http', 8080, 80] },
    protocol: { at: [...http, 'protocol'], values: ['TCP', 'UDP'] },
    'app protocol': { at: [...http, 'appProtocol'], values: ['http', 'kubernetes.io/h2c'] },
    'metrics port': { at: [...metrics, 'port'], values: [9090, 80, 9091] },
    'metrics target': { at: [...metrics, 'targetPort'], values: [9090, 'metrics'], how: 'inside' },
    'port order': { at: ['spec', 'ports'], values: [true], how: 'reverse' },
    type: { at: ['spec', 'type'], values: ['ClusterIP', 'NodePort', 'LoadBalancer'] },
    selector: { at: ['spec', 'selector', 'tier'], values: ['front', 'back'] },
    affinity: { at: ['spec', 'sessionAffinity'], values: ['None', 'ClientIP'] },
    'cluster IP': { at: ['spec', 'clusterIP'], values: ['', null], odd: ['None'] },
    policy: { at: ['spec', 'externalTrafficPolicy'], values: [], odd: ['Local'] },
    families: { at: ['spec', 'ipFamilyPolicy'], values: ['SingleStack'] },
    'not ready': { at: ['spec', 'publishNotReadyAddresses'], values: [false, true] },
    'source ranges': { at: ['spec', 'loadBalancerSourceRanges'], values: [[]], odd: [['10.0.0.0/8']] },
  },
  status: object =>
    (object['spec'] as { type?: string }).type === 'LoadBalancer'
      ? { loadBalancer: { ingress: [{ ip: '192.0.2.1' }] } }
      : {},
})

const rule = (paths: readonly object[], host?: string) => ({ ...(host ? { host } : {}), http: { paths } })
const backend = (number: number | string) => ({
  service: { name: 'web', port: typeof number === 'number' ? { number } : { name: number } },
})

export const ingress = defineKind({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'Ingress',
  scope: 'namespaced',
  base: () => ({ spec: { defaultBackend: backend(80) } }),
  fields: {
    class: { at: ['spec', 'ingressClassName'], values: ['nginx', 'traefik'] },
    rules: {
      at: ['spec', 'rules'],
      values: [
        [rule([{ path: '/', pathType: 'Prefix', backend: backend(80) }], 'shop.example.com')],
        [
          rule(
            [
              { path: '/', pathType: 'Prefix', backend: backend('http') },
              { path: '/api', pathType: 'Exact', backend: backend(8080) },
            ],
            'shop.example.com',
          ),
          rule([{ path: '/', pathType: 'ImplementationSpecific', backend: backend(80) }]),
        ],
        [],
      ],
      odd: [[rule([{ path: '/', backend: backend(80) }])]],
    },
    tls: {
      at: ['spec', 'tls'],
      values: [[{ hosts: ['shop.example.com'], secretName: 'shop-tls' }], [{}], []],
    },
    'old class': {
      at: ['metadata', 'annotations', 'nginx.ingress.kubernetes.io/rewrite-target'],
      values: ['/', '/$1'],
    },
    backend: {
      at: ['spec', 'defaultBackend', 'service', 'port'],
      values: [{ number: 80 }, { name: 'http' }, { number: 81 }],
    },
  },
})

const from = (labels: object) => ({ podSelector: { matchLabels: labels } })

export const networkPolicy = defineKind({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  scope: 'namespaced',
  base: () => ({ spec: { podSelector: {} } }),
  fields: {
    selector: { at: ['spec', 'podSelector', 'matchLabels', 'app'], values: ['web', 'api'] },
    types: { at: ['spec', 'policyTypes'], values: [['Ingress'], ['Ingress', 'Egress'], ['Egress']] },
    ingress: {
      at: ['spec', 'ingress'],
      values: [
        [{ from: [from({ app: 'web' })], ports: [{ port: 80 }] }],
        [{}],
        [],
        [{ ports: [{ port: 'http' }, { port: 8080, protocol: 'UDP', endPort: 8090 }] }],
        [{ from: [{ namespaceSelector: {} }, { ipBlock: { cidr: '10.0.0.0/8', except: ['10.1.0.0/16'] } }] }],
      ],
    },
    egress: {
      at: ['spec', 'egress'],
      values: [[{ to: [], ports: [{ port: 53, protocol: 'UDP' }] }], [{}], []],
    },
  },
})

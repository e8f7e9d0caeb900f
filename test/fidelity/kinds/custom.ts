import { defineKind, type Field } from './kind.ts'

/** Everything that a structural schema can say of how fields are stored and merged. */
const schema = {
  type: 'object',
  properties: {
    spec: {
      type: 'object',
      default: {},
      properties: {
        class: {
          type: 'string',
          maxLength: 20,
          'x-kubernetes-validations': [
            { rule: 'self == oldSelf', message: 'class is immutable after creation' },
          ],
        },
        size: { type: 'integer', default: 1, minimum: 0 },
        ratio: { type: 'number' },
        enabled: { type: 'boolean', default: true },
        color: { type: 'string', enum: ['red', 'green'], default: 'red', nullable: true },
        note: { type: 'string', nullable: true },
        limit: { 'x-kubernetes-int-or-string': true },
        cpu: {
          'x-kubernetes-int-or-string': true,
          anyOf: [{ type: 'integer' }, { type: 'string' }],
          pattern: '^[0-9.]+m?$',
        },
        quantities: { type: 'object', additionalProperties: { 'x-kubernetes-int-or-string': true } },
        options: { type: 'object', additionalProperties: { type: 'string' } },
        selector: {
          type: 'object',
          'x-kubernetes-map-type': 'atomic',
          properties: { app: { type: 'string' }, mode: { type: 'string', default: 'any' } },
        },
        ports: {
          type: 'array',
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['port', 'protocol'],
          items: {
            type: 'object',
            required: ['port'],
            properties: {
              name: { type: 'string' },
              port: { type: 'integer' },
              protocol: { type: 'string', default: 'TCP' },
              target: { 'x-kubernetes-int-or-string': true },
            },
          },
        },
        listeners: {
          type: 'array',
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['id'],
          items: {
            type: 'object',
            required: ['id'],
            properties: {
              id: { type: 'string' },
              timeout: { type: 'string', default: '30s' },
              hosts: { type: 'array', 'x-kubernetes-list-type': 'set', items: { type: 'string' } },
            },
          },
        },
        steps: {
          type: 'array',
          items: {
            type: 'object',
            properties: { run: { type: 'string' }, retries: { type: 'integer', default: 3 } },
          },
        },
        tags: { type: 'array', 'x-kubernetes-list-type': 'set', items: { type: 'string' } },
        config: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
        any: { 'x-kubernetes-preserve-unknown-fields': true },
        nested: {
          type: 'object',
          default: {},
          properties: {
            mode: { type: 'string', default: 'auto' },
            deep: { type: 'object', default: { level: 2 }, properties: { level: { type: 'integer' } } },
          },
        },
      },
    },
    status: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
  },
}

const group = 'fidelity.example.com'

function definition(kind: string, scope: 'Namespaced' | 'Cluster', subresources: object) {
  const plural = `${kind.toLowerCase()}s`
  const version = { served: true, schema: { openAPIV3Schema: schema }, subresources }
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      scope,
      names: { kind, plural, singular: kind.toLowerCase(), listKind: `${kind}List` },
      versions: [
        { name: 'v1', storage: true, ...version },
        { name: 'v1beta1', storage: false, ...version },
      ],
    },
  }
}

/** To be on the cluster before a sequence runs. */
export const definitions = [
  definition('Gadget', 'Namespaced', { status: {} }),
  definition('Policy', 'Cluster', {}),
]

const spec = (name: string, values: readonly unknown[], odd: readonly unknown[] = []): Field => ({
  at: ['spec', name],
  values,
  odd,
})

const fields: Readonly<Record<string, Field>> = {
  spec: { at: ['spec'], values: [{}] },
  class: spec('class', [], ['gold', 'silver']),
  size: spec('size', [1, 2, 0], ['2', -1, 1.5]),
  ratio: spec('ratio', [0.5, 1, 1e-7, 2.25]),
  enabled: spec('enabled', [true, false], ['yes']),
  color: spec('color', ['red', 'green', null], ['blue']),
  note: spec('note', ['hello', '', null]),
  limit: spec('limit', [80, '80', '25%']),
  cpu: spec('cpu', ['0.1', '100m', 1], ['lots']),
  quantity: { at: ['spec', 'quantities', 'memory'], values: ['1Gi', '1024Mi', 1024] },
  quantities: { at: ['spec', 'quantities', 'cpu'], values: ['1.0', '1', 1] },
  options: { at: ['spec', 'options'], values: [{}, { b: '1' }] },
  'option a': { at: ['spec', 'options', 'a'], values: ['1', '01', ''] },
  selector: spec('selector', [{ app: 'web' }, { app: 'web', mode: 'any' }, {}, { mode: 'some' }]),
  'port 80': { at: ['spec', 'ports', { port: 80 }, 'name'], values: ['http', 'web'] },
  'port 80 target': { at: ['spec', 'ports', { port: 80 }, 'target'], values: [8080, 'http', '8080'] },
  'port 53': { at: ['spec', 'ports', { port: 53, protocol: 'UDP' }, 'name'], values: ['dns', ''] },
  'port of dns': { at: ['spec', 'ports', { name: 'moving' }, 'port'], values: [443, 444, 80] },
  'port order': { at: ['spec', 'ports'], values: [true], how: 'reverse' },
  'port again': { at: ['spec', 'ports'], values: [{ port: 80, name: 'again' }], how: 'append' },
  'listener a': { at: ['spec', 'listeners', { id: 'a' }, 'timeout'], values: ['10s', '30s'] },
  'listener a hosts': {
    at: ['spec', 'listeners', { id: 'a' }, 'hosts'],
    values: [['x', 'y'], ['y'], ['y', 'x'], []],
  },
  'listener b': { at: ['spec', 'listeners', { id: 'b' }, 'hosts'], values: [['z'], []] },
  steps: spec('steps', [[{ run: 'a' }], [{ run: 'a', retries: 3 }, { run: 'b' }], [{}], []]),
  tags: spec('tags', [['a', 'b'], ['b', 'a'], ['c'], []], [['a', 'a']]),
  config: spec('config', [{}, { a: 1, list: [1, { b: null }] }, { a: '1' }, { a: { b: {} } }]),
  'config x': { at: ['spec', 'config', 'x'], values: [1, '1', 1.5, true, [], {}] },
  any: spec('any', [1, 'text', [1, 2], { a: 1 }, false, '']),
  nested: spec('nested', [{}, { mode: 'auto' }, { mode: 'manual', deep: {} }, { deep: { level: 3 } }]),
  'nested mode': { at: ['spec', 'nested', 'mode'], values: ['auto', 'manual'] },
  unknown: spec('unknown', [], [1]),
}

export const gadget = defineKind({
  apiVersion: `${group}/v1`,
  kind: 'Gadget',
  scope: 'namespaced',
  custom: true,
  base: () => ({}),
  fields: { ...fields, version: { at: ['apiVersion'], values: [`${group}/v1beta1`, `${group}/v1`] } },
  status: object => ({
    observedGeneration: object.metadata.generation,
    conditions: [{ type: 'Ready', status: 'True' }],
  }),
})

export const policy = defineKind({
  apiVersion: `${group}/v1`,
  kind: 'Policy',
  scope: 'cluster',
  custom: true,
  base: () => ({}),
  fields,
})

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { driftOf } from '../../src/engine/drift.ts'
import { planFrom } from '../../src/engine/plan.ts'
import { createTextRedactor, redactObject, secretValuesOf } from '../../src/engine/redact.ts'
import type { KubernetesObject } from '../../src/model/object.ts'
import { annotated, configMap, deployment, secret } from '../builders/objects.ts'
import { desired, key, planInput, synced } from '../builders/plan-input.ts'
import { application } from '../builders/application.ts'

const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration'

describe('a redacted object', () => {
  test('shows the keys of a Secret, and a digest for each value', () => {
    const { data } = redactObject(secret({ data: { user: 'root', password: 'correct-horse' } }), key)
    expect(data).toEqual({
      user: expect.stringMatching(/^\(redacted, hmac [0-9a-f]{8}\)$/),
      password: expect.stringMatching(/^\(redacted, hmac [0-9a-f]{8}\)$/),
    })
  })

  test('has equal digests for equal values, in data as in stringData, and others under another key', () => {
    const written = redactObject({ ...secret({ data: {} }), stringData: { password: 'correct-horse' } }, key)
    const stored = redactObject(secret(), key)
    expect(written.stringData).toEqual(stored.data)
    expect(redactObject(secret(), new Uint8Array(32)).data).not.toEqual(stored.data)
  })

  test.each([
    { what: 'data that is a text', object: { ...secret(), data: 'correct-horse' } },
    { what: 'data that is a list', object: { ...secret(), data: ['correct-horse'] } },
    { what: 'a value that is an object', object: { ...secret(), data: { a: { b: 'correct-horse' } } } },
    { what: 'a misspelt field', object: { ...secret(), stringdata: { a: 'correct-horse' } } },
    {
      what: 'a last-applied annotation',
      object: annotated(secret(), { [lastApplied]: JSON.stringify(secret()) }),
    },
    {
      what: 'a List of Secrets',
      object: { apiVersion: 'v1', kind: 'List', metadata: {}, items: [secret()] },
    },
    {
      what: 'a SecretList whose items say no kind',
      object: {
        apiVersion: 'v1',
        kind: 'SecretList',
        metadata: {},
        items: [{ ...secret(), kind: undefined }],
      },
    },
  ])('holds nothing of $what', ({ object }) => {
    const text = JSON.stringify(redactObject(object as unknown as KubernetesObject, key))
    expect(text).not.toContain('correct-horse')
    expect(text).not.toContain(Buffer.from('correct-horse').toString('base64'))
  })

  test('has other digests for the same value elsewhere, so that a list of guesses finds nothing out', () => {
    const { data } = redactObject(secret({ data: { a: 'correct-horse', b: 'correct-horse' } }), key)
    const other = redactObject(secret({ name: 'guesses', data: { a: 'correct-horse' } }), key).data
    const digests = new Set([...Object.values(data as object), ...Object.values(other as object)])
    expect(digests.size).toBe(3)
  })

  test('loses the content of a Secret that it carries, and no reference to one', () => {
    const carrier = {
      apiVersion: 'kubernetes.crossplane.io/v1',
      kind: 'Object',
      metadata: { name: 'carrier' },
      spec: {
        manifests: [{ ...secret(), stringData: { more: 'battery-staple' } }],
        ref: { apiVersion: 'v1', kind: 'Secret', name: 'credentials' },
      },
    }
    const redacted = redactObject(carrier, key)
    expect(JSON.stringify(redacted)).not.toMatch(/battery-staple|Y29ycmVjdC1ob3JzZQ/)
    expect(redacted).toMatchObject({ spec: { ref: carrier.spec.ref } })
    const plan = planFrom(planInput({ head: [carrier, annotated(deployment(), { note: 'battery-staple' })] }))
    expect(JSON.stringify(plan)).not.toMatch(/battery-staple|Y29ycmVjdC1ob3JzZQ/)
  })

  test('is the same when it is no Secret of the core group', () => {
    const sealed = { ...secret(), apiVersion: 'bitnami.com/v1alpha1', kind: 'SealedSecret' }
    expect(redactObject(sealed, key)).toEqual(sealed)
    expect(redactObject(configMap(), key)).toEqual(configMap())
  })
})

describe('a redacted text', () => {
  const redact = createTextRedactor(secretValuesOf([secret({ data: { a: 'correct-horse', b: 'pin' } })]))

  test.each([
    ['Invalid value: "correct-horse"', 'Invalid value: "(redacted)"'],
    [`data: ${Buffer.from('correct-horse').toString('base64')}`, 'data: (redacted)'],
    ['https://root:correct-horse@db', 'https://root:(redacted)@db'],
    ['a pin is too short to look for', 'a pin is too short to look for'],
  ])('%s reads %s', (text, redacted) => {
    expect(redact(text)).toBe(redacted)
  })

  test('loses values in the forms in which errors and events quote them', () => {
    const value = 'p"a\\ss w/örd'
    const clean = createTextRedactor(secretValuesOf([secret({ data: { a: value } })]))
    for (const form of [
      value,
      JSON.stringify(value),
      encodeURIComponent(value),
      btoa(unescape(encodeURIComponent(value))),
    ]) {
      expect(clean(`x ${form} y`)).toMatch(/^x "?\(redacted\)"? y$/)
    }
  })

  test('loses values as Go writes them in JSON, and JSON in JSON', () => {
    const value = 'p&ss<w"ord>\u2028x'
    const clean = createTextRedactor(secretValuesOf([secret({ data: { a: value } })]))
    const go = 'p\\u0026ss\\u003cw\\"ord\\u003e\\u2028x'
    expect(clean(`Invalid value: {"p":"${go}"}`)).toBe('Invalid value: {"p":"(redacted)"}')
    expect(clean(`patch: ${JSON.stringify(`"${go}"`)}`)).toBe('patch: "\\"(redacted)\\""')
    expect(clean(JSON.stringify(JSON.stringify(value)))).toBe('"\\"(redacted)\\""')
  })

  test('is made of a bundle of certificates as of anything else', () => {
    const lines = Array.from({ length: 20_000 }, (_, index) => `a line with its number ${index}`)
    const clean = createTextRedactor(secretValuesOf([secret({ data: { bundle: lines.join('\n') } })]))
    expect(clean('bad: a line with its number 17777!')).toBe('bad: (redacted)!')
    expect(clean('nothing of it '.repeat(10_000))).toBe('nothing of it '.repeat(10_000))
  })

  test('loses every long line of a value with many lines', () => {
    const pem = '-----BEGIN KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC\n-----END KEY-----\n'
    const clean = createTextRedactor(secretValuesOf([secret({ data: { a: pem } })]))
    expect(clean('tls: bad line MIIEvQIBADANBgkqhkiG9w0BAQEFAASC')).toBe('tls: bad line (redacted)')
  })

  test('takes the longer of two values first', () => {
    const clean = createTextRedactor(new Set(['horse', 'correct-horse-battery']))
    expect(clean('correct-horse-battery')).toBe('(redacted)')
  })
})

/** Values that no name, word or digest of a plan can hold by chance. */
const canary = fc
  .string({
    minLength: 6,
    maxLength: 40,
    unit: fc.constantFrom(...Array.from('QZXJVWKqzxjvwk0123456789+/=$"\\\' \n:äß€')),
  })
  .filter(text => text.trim().length >= 6)
  .map(text => `${text}@Canary`)

function expectGone(json: string, value: string): void {
  const base64 = Buffer.from(value).toString('base64')
  expect(json).not.toContain(JSON.stringify(value).slice(1, -1))
  expect(json).not.toContain(JSON.stringify(JSON.stringify(value)).slice(3, -3))
  expect(json).not.toContain(base64)
}

describe('no value of a Secret survives', () => {
  test('in a plan, wherever it was copied to', () => {
    fc.assert(
      fc.property(canary, canary, (before, after) => {
        const problem = {
          code: 'refused-by-server',
          message: `bad value "${after}"`,
          location: null,
          hint: after,
        }
        const copied = annotated(deployment({ env: { PASSWORD: after }, replicas: 3 }), {
          note: `was ${before}`,
        })
        const plan = planFrom(
          planInput({
            head: [secret({ data: { a: after } }), copied, configMap({ data: { a: after } })],
            base: [secret({ data: { a: before } })],
            live: [
              annotated(synced(secret({ data: { a: before } })), { [lastApplied]: before }),
              synced(deployment({ env: { PASSWORD: before } })),
            ],
            predictions: { '/ConfigMap/shop/settings': { kind: 'refused', problem } },
          }),
        )
        expect(plan.changes).toHaveLength(3)
        expectGone(JSON.stringify(plan), before)
        expectGone(JSON.stringify(plan), after)
      }),
      { numRuns: 60 },
    )
  })

  test('in a drift', () => {
    fc.assert(
      fc.property(canary, canary, (wanted, edited) => {
        fc.pre(wanted !== edited)
        const live = {
          ...synced(secret({ data: { a: wanted } })),
          data: { a: Buffer.from(edited).toString('base64') },
        }
        const drift = driftOf({
          desired: desired([secret({ data: { a: wanted } })]),
          live: new Map([
            [
              '/Secret/shop/credentials',
              { kind: 'live', object: { ...live, metadata: { ...live.metadata, managedFields: [] } } },
            ],
          ]),
          application: application(),
          redactionKey: key,
        })
        expect(drift).toHaveLength(1)
        expectGone(JSON.stringify(drift), wanted)
        expectGone(JSON.stringify(drift), edited)
      }),
      { numRuns: 60 },
    )
  })
})

test('a value that is also a word of the plan does not blot it out', () => {
  const plan = planFrom(planInput({ head: [secret({ data: { user: 'frontend' } }), deployment()] }))
  expect(plan.changes[1]?.diff).toContain('name: frontend')
})

import { describe, expect, test } from 'vitest'
import { healthOf } from '../../../src/engine/health.ts'
import type { HealthCheck } from '../../../src/model/application.ts'
import type { HealthStatus } from '../../../src/model/sync.ts'
import { check, condition, live } from './live.ts'

const kind = 'example.com/v1 Widget'

/** As the documentation of Flux suggests for Certificates. */
const conditionIs = (type: string, status: string) =>
  `status.conditions.filter(e, e.type == '${type}').all(e, e.observedGeneration == metadata.generation && e.status == '${status}')`

const usual = check({
  inProgress: "status.conditions.exists(e, e.type == 'Issuing' && e.status == 'True')",
  failed: conditionIs('Ready', 'False'),
  current: conditionIs('Ready', 'True'),
})
const says = (...conditions: readonly object[]) => ({ status: { conditions }, generation: 2 })
const ready = { ...condition('Ready', 'True'), observedGeneration: 2 }

describe('a rule of the application', () => {
  test.each<[string, HealthCheck, Parameters<typeof live>[1], HealthStatus, string]>([
    ['holds as current', usual, says(ready), 'healthy', ''],
    [
      'holds as failed, in the words of the object',
      usual,
      says({ ...condition('Ready', 'False', 'Denied', 'no such issuer'), observedGeneration: 2 }),
      'degraded',
      'no such issuer',
    ],
    [
      'is asked for inProgress first',
      usual,
      says(condition('Issuing', 'True'), ready),
      'progressing',
      'its rule inProgress holds',
    ],
    [
      'is not asked before the controller has seen the spec',
      usual,
      { generation: 2, status: { observedGeneration: 1, conditions: [ready] } },
      'progressing',
      'waiting for its controller to see the new spec',
    ],
    [
      'does not hold yet',
      check({ current: 'status.ready' }),
      { status: { ready: false } },
      'progressing',
      'its rule current does not hold yet',
    ],
    [
      'has failed without words',
      check({ failed: 'true', current: 'true' }),
      {},
      'degraded',
      'its rule failed holds',
    ],
    [
      'reads a status that is not there yet',
      usual,
      {},
      'progressing',
      'its rule inProgress cannot be evaluated yet: the object has no status',
    ],
    [
      'reads a field that is not there yet',
      check({ current: 'status.phase == "Ready"' }),
      { status: {} },
      'progressing',
      'its rule current cannot be evaluated yet: field not found: phase',
    ],
    [
      'asks whether a field is there',
      check({ current: '!has(status.error)' }),
      { status: {} },
      'healthy',
      '',
    ],
    [
      'is no answer',
      check({ current: 'status.phase' }),
      { status: { phase: 'x' } },
      'progressing',
      'its rule current cannot be evaluated yet: it is neither true nor false',
    ],
    [
      'compares whole numbers',
      check({ current: 'status.ready == spec.size && status.ready + 1 > 3' }),
      {
        spec: { size: 3 },
        status: { ready: 3 },
      },
      'healthy',
      '',
    ],
    [
      'compares numbers of both kinds',
      check({ current: 'status.load < 1 && status.load > 0.2' }),
      { status: { load: 0.5 } },
      'healthy',
      '',
    ],
    [
      'matches patterns',
      check({ current: "status.phase.matches('^(Running|Ready)$')" }),
      { status: { phase: 'Ready' } },
      'healthy',
      '',
    ],
    [
      'says of a wrong expression that it is none, as a newer version may have allowed it',
      check({ current: 'status.' }),
      { status: {} },
      'progressing',
      'its rule current cannot be evaluated yet: it is not a CEL expression: column 7: found . but expecting end of input',
    ],
    [
      'reads no more than the object has',
      check({ current: 'status.constructor == null' }),
      { status: {} },
      'progressing',
      'its rule current cannot be evaluated yet: field not found: constructor',
    ],
  ])('%s', (...[, rule, said, status, message]) => {
    expect(healthOf(live(kind, said), { checks: [rule] })).toEqual({ status, message })
  })

  test.each([
    { of: 'its kind', apiVersion: 'example.com/v1', counts: true },
    { of: 'another version of its kind', apiVersion: 'example.com/v2', counts: true },
    { of: 'a kind of another group', apiVersion: 'example.org/v1', counts: false },
  ])('for $of counts: $counts', ({ apiVersion, counts }) => {
    const checks = [check({ apiVersion, current: 'false' })]
    expect(healthOf(live(kind), { checks }).status).toBe(counts ? 'progressing' : 'healthy')
  })

  test('goes before the rules built in, and the first of several counts', () => {
    const said = { apiVersion: 'apps/v1', kind: 'Deployment' }
    const checks = [check({ ...said, current: 'true' }), check({ ...said, current: 'false' })]
    expect(healthOf(live('apps/v1 Deployment'), { checks }).status).toBe('healthy')
  })

  test('does not make healthy what is being deleted', () => {
    const object = live(kind, { deletionTimestamp: '2026-01-01T00:00:00Z' })
    expect(healthOf(object, { checks: [check({ current: 'true' })] }).status).toBe('progressing')
  })
})

describe('a rule that would take too long', () => {
  const many = (count: number) => ({
    status: {
      items: Array.from({ length: count }, (_, at) => ({ name: `item ${at}`, text: 'x'.repeat(50) })),
    },
  })
  const tooLong = 'its rule current cannot be evaluated yet: it would take too long on an object of this size'

  test.each<[string, string, object]>([
    ['loops in loops', 'status.items.all(a, status.items.all(b, a.name != b.text))', many(500)],
    ['lists made of long lists', "status.items.filter(a, a.name != '').all(a, a.name != '')", many(3000)],
    ['a long text matched in a loop', "status.items.all(a, a.text.matches('x*x*x*x*x*y'))", many(2000)],
    ['a deep comparison in a loop', 'status.items.all(a, status == status)', many(500)],
    [
      'a list that is made longer',
      'status.items.map(a, a.text + a.text + a.text).all(b, b == status.items)',
      many(300),
    ],
  ])('%s', (_, current, said) => {
    const started = performance.now()
    expect(healthOf(live(kind, said), { checks: [check({ current })] }).message).toBe(tooLong)
    expect(performance.now() - started).toBeLessThan(2000)
  })

  test('is none for an object of the usual size', () => {
    const object = live(kind, many(40))
    const current = 'status.items.all(a, status.items.exists(b, a.name == b.name))'
    expect(healthOf(object, { checks: [check({ current })] }).status).toBe('healthy')
  })

  test('does not count what it does not read', () => {
    const object = live(kind, { ...many(5000), spec: { size: 1 } })
    expect(healthOf(object, { checks: [check({ current: 'spec.size == 1' })] }).status).toBe('healthy')
  })

  test('does not hang on a pattern that makes others hang', () => {
    const object = live(kind, { status: { text: `${'a'.repeat(2000)}b` } })
    const checks = [check({ current: "!status.text.matches('^(a+)+$')" })]
    expect(healthOf(object, { checks }).status).toBe('healthy')
  })
})

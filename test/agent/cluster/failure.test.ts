import { expect, test } from 'vitest'
import { failureOf } from '../../../src/agent/cluster/failure.ts'

function status(code: number, reason: string, message: string, details: object = {}) {
  const text = JSON.stringify({
    kind: 'Status',
    apiVersion: 'v1',
    status: 'Failure',
    message,
    reason,
    details,
    code,
  })
  return failureOf({ status: code, text }, 'apply ConfigMap shop/a')
}

test.each([
  [400, 'BadRequest', 'admission webhook "a.b.c" does not support dry run', 'webhook-no-dry-run', false],
  [403, 'Forbidden', 'admission webhook "a.b.c" denied the request: no', 'webhook-denied', false],
  [400, '', 'admission webhook "a.b.c" denied the request without explanation', 'webhook-denied', false],
  [403, 'Forbidden', 'pods "a" is forbidden: exceeded quota: small', 'invalid', false],
  [403, 'Forbidden', 'pods "a" is forbidden: violates PodSecurity "restricted:latest"', 'invalid', false],
  [
    403,
    'Forbidden',
    'roles "a" is forbidden: user "b" is attempting to grant RBAC permissions not currently held',
    'forbidden',
    false,
  ],
  [
    403,
    'Forbidden',
    'secrets is forbidden: User "b" cannot list resource "secrets" in API group ""',
    'forbidden',
    false,
  ],
  [404, 'NotFound', 'the server could not find the requested resource', 'unknown-kind', false],
  [409, 'Conflict', 'Apply failed with 1 conflict', 'conflict', true],
  [410, 'Expired', 'too old resource version', 'conflict', true],
  [429, 'TooManyRequests', 'slow down', 'too-many-requests', true],
  [500, 'InternalError', 'Internal error occurred: failed calling webhook "a.b.c"', 'server', true],
  [
    500,
    '',
    'failed to create typed patch object (a; /v1, Kind=B): .c: field not declared in schema',
    'invalid',
    false,
  ],
  [504, 'Timeout', 'Timeout: request did not complete within requested timeout', 'timeout', true],
  [503, '', 'storage is down', 'server', true],
])('%i %s, %s: %s', (...row) => {
  const [code, reason, message, expected, passing] = row
  expect(status(code, reason, message)).toMatchObject({ code: expected, passing, status: code })
})

test.each([
  ['Namespace', { name: 'shop', kind: 'namespaces' }, 'namespaces "shop" not found', 'namespace-missing'],
  ['object', { name: 'a', kind: 'configmaps' }, 'configmaps "a" not found', 'not-found'],
])('a missing %s', (_, details, message, code) => {
  expect(status(404, 'NotFound', message, details)).toMatchObject({ code })
})

test.each([
  'spec.selector: Invalid value: {"a":"b"}: field is immutable',
  'spec: Forbidden: spec is immutable after creation except resources.requests',
  "spec: Forbidden: updates to statefulset spec for fields other than 'replicas' are forbidden",
  'spec.clusterIPs[0]: Invalid value: ["10.0.0.1"]: may not change once set',
  'roleRef: Invalid value: {}: cannot change roleRef',
  'parameters: Forbidden: updates to parameters are forbidden.',
  'spec.a: Invalid value: "object": Value is immutable',
])('only a new object could have it: %s', cause => {
  const error = status(422, 'Invalid', 'it is invalid', {
    causes: [{ reason: 'FieldValueForbidden', message: cause }],
  })
  expect(error).toMatchObject({ code: 'immutable', passing: false })
})

test('what only repeats the object is left out', () => {
  const template = JSON.stringify({ Spec: { Containers: 'x'.repeat(500) } })
  const error = status(
    422,
    'Invalid',
    `Job.batch "j" is invalid: spec.template: Invalid value: ${template}: field is immutable\n@@ -1,2 @@ more`,
  )
  expect(error.message).toBe(
    'could not apply ConfigMap shop/a: Job.batch "j" is invalid: spec.template: Invalid value: {…}: field is immutable',
  )
})

test('a proxy that answers with a page', () => {
  expect(failureOf({ status: 502, text: '<html>Bad gateway</html>' }, 'list pods')).toMatchObject({
    code: 'server',
    message: 'could not list pods: <html>Bad gateway</html>',
  })
})

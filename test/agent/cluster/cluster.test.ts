import { describe, expect, test } from 'vitest'
import { ClusterError, type Resource } from '../../../src/agent/cluster/cluster.ts'
import { createCluster } from '../../../src/agent/cluster/create-cluster.ts'
import { loadKubeConfig } from '../../../src/agent/cluster/kube-config.ts'
import type { KubernetesObject } from '../../../src/model/object.ts'
import { useControlPlane } from '../../control-plane.ts'
import { limitedKubeConfig } from './limited-user.ts'

const plane = useControlPlane()

async function resource(apiVersion: string, kind: string): Promise<Resource> {
  const found = (await plane.cluster.discover(plane.signal)).find(apiVersion, kind)
  if (!found) throw new Error(`${kind} is not served`)
  return found
}

function configMap(namespace: string, name: string, data: Record<string, string> = {}): KubernetesObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace }, data }
}

function deployment(namespace: string, spec: object = {}, app = 'web'): KubernetesObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace },
    spec: {
      selector: { matchLabels: { app } },
      template: { metadata: { labels: { app } }, spec: { containers: [{ name: 'web', image: 'web:1' }] } },
      ...spec,
    },
  }
}

async function errorOf(promise: Promise<unknown>): Promise<ClusterError> {
  const error = await promise.then(
    () => null,
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(ClusterError)
  return error as ClusterError
}

describe('discovery', () => {
  test('tells kinds by apiVersion, the preferred version of a group, and what helm takes as API versions', async () => {
    const discovery = await plane.cluster.discover(plane.signal)
    expect(discovery.find('apps/v1', 'Deployment')).toMatchObject({ plural: 'deployments', namespaced: true })
    expect(discovery.find('v1', 'Namespace')).toMatchObject({
      group: '',
      plural: 'namespaces',
      namespaced: false,
    })
    expect(discovery.preferred('autoscaling', 'HorizontalPodAutoscaler')?.version).toBe('v2')
    expect(discovery.find('apps/v1', 'Nonsense')).toBeNull()
    expect(discovery.kubernetesVersion).toMatch(/^v1\.\d+\./)
    expect(discovery.apiVersions).toEqual(
      expect.arrayContaining(['v1', 'v1/Pod', 'apps/v1', 'apps/v1/Deployment']),
    )
    expect(discovery.failedGroups.size).toBe(0)
  })

  test('takes two requests and the version, and is asked once for all who ask', async () => {
    plane.cluster.forgetDiscovery()
    plane.forgetRequests()
    await Promise.all([plane.cluster.discover(plane.signal), plane.cluster.discover(plane.signal)])
    await plane.cluster.discover(plane.signal)
    expect(plane.requests.map(it => it.path).sort()).toEqual(['/api', '/apis', '/version'])
  })

  test('names the groups whose extension server does not answer', async () => {
    const group = `${plane.freeName()}.example.com`
    const service = {
      apiVersion: 'apiregistration.k8s.io/v1',
      kind: 'APIService',
      metadata: { name: `v1.${group}` },
      spec: {
        group,
        version: 'v1',
        groupPriorityMinimum: 10,
        versionPriority: 10,
        insecureSkipTLSVerify: true,
        service: { name: 'nobody', namespace: 'default' },
      },
    }
    plane.cleanUp(service)
    await plane.cluster.apply(service, { dryRun: false }, plane.signal)
    await expect
      .poll(async () => {
        plane.cluster.forgetDiscovery()
        return (await plane.cluster.discover(plane.signal)).failedGroups.has(group)
      })
      .toBe(true)
  })
})

describe('objects', () => {
  test('are applied, read, listed, patched, replaced and deleted', async () => {
    const namespace = await plane.namespace()
    const configMaps = await resource('v1', 'ConfigMap')
    const at = { namespace, name: 'settings' }
    const applied = await plane.cluster.apply(
      configMap(namespace, 'settings', { a: '1' }),
      { dryRun: false },
      plane.signal,
    )
    expect(applied.metadata.managedFields).toMatchObject([{ manager: 'plumbline', operation: 'Apply' }])

    const patched = await plane.cluster.patch(
      configMaps,
      at,
      { type: 'json', body: [{ op: 'add', path: '/data/b', value: '2' }] },
      plane.signal,
    )
    expect(patched['data']).toEqual({ a: '1', b: '2' })
    await plane.cluster.replace({ ...patched, data: { c: '3' } }, plane.signal)
    expect(await plane.cluster.get(configMaps, at, plane.signal)).toMatchObject({ data: { c: '3' } })

    const listed = await plane.cluster.list(
      configMaps,
      { namespace, fieldSelector: 'metadata.name=settings' },
      plane.signal,
    )
    expect(listed).toMatchObject([{ apiVersion: 'v1', kind: 'ConfigMap', data: { c: '3' } }])
    const small = await plane.cluster.list(configMaps, { namespace, metadataOnly: true }, plane.signal)
    expect(small.map(it => it['data'])).not.toContainEqual({ c: '3' })

    expect(await plane.cluster.delete(configMaps, at, {}, plane.signal)).toBe(true)
    expect(await plane.cluster.delete(configMaps, at, {}, plane.signal)).toBe(false)
    expect(await plane.cluster.get(configMaps, at, plane.signal)).toBeNull()
  })

  test('are not there after a dry run', async () => {
    const namespace = await plane.namespace()
    await plane.cluster.apply(configMap(namespace, 'a'), { dryRun: true }, plane.signal)
    expect(
      await plane.cluster.get(await resource('v1', 'ConfigMap'), { namespace, name: 'a' }, plane.signal),
    ).toBeNull()
  })

  test('keep every character that JSON can hold', async () => {
    const namespace = await plane.namespace()
    const text = '\u007f\u0080\u0085\u2028\ufeff\uffff 😀 \t\u0001 "\\ud800"'
    await plane.cluster.apply(configMap(namespace, 'odd', { text }), { dryRun: false }, plane.signal)
    const read = await plane.cluster.get(
      await resource('v1', 'ConfigMap'),
      { namespace, name: 'odd' },
      plane.signal,
    )
    expect(read?.['data']).toEqual({ text })
  })

  test('come in pages when there are many', async () => {
    const namespace = await plane.namespace()
    const names = Array.from({ length: 260 }, (_, index) => `many-${index}`)
    await Promise.all(names.map(name => plane.cluster.create(configMap(namespace, name), plane.signal)))
    plane.forgetRequests()
    const listed = await plane.cluster.list(await resource('v1', 'ConfigMap'), { namespace }, plane.signal)
    expect(listed.map(it => it.metadata.name)).toEqual(expect.arrayContaining(names))
    expect(plane.requests).toHaveLength(2)
  })
})

describe('refusals', () => {
  const dryRun = (object: KubernetesObject) => plane.cluster.apply(object, { dryRun: true }, plane.signal)

  test('a namespace that does not exist', async () => {
    const name = plane.freeName()
    const error = await errorOf(dryRun(configMap(name, 'a')))
    expect(error).toMatchObject({ code: 'namespace-missing', status: 404, passing: false })
    expect(error.message).toBe(`could not dry-run ConfigMap ${name}/a: namespaces "${name}" not found`)
  })

  test('a kind that the cluster does not serve', async () => {
    const object = { ...configMap('default', 'a'), apiVersion: 'example.com/v9', kind: 'Nonsense' }
    expect(await errorOf(dryRun(object))).toMatchObject({ code: 'unknown-kind' })
    const gone = { ...(await resource('v1', 'ConfigMap')), group: 'example.com' }
    expect(await errorOf(plane.cluster.list(gone, {}, plane.signal))).toMatchObject({ code: 'unknown-kind' })
  })

  test.each([
    ['a misspelt field', { replicaz: 1 }, 'invalid', '.spec.replicaz: field not declared in schema'],
    ['a value of the wrong type', { replicas: 'three' }, 'invalid', '.spec.replicas: expected numeric'],
    ['a value out of range', { replicas: -1 }, 'invalid', 'spec.replicas: Invalid value: -1'],
  ])('%s', async (_, spec, code, message) => {
    const error = await errorOf(dryRun(deployment('default', spec)))
    expect(error).toMatchObject({ code, passing: false })
    expect(error.message).toContain(message)
  })

  test('an immutable field, said in few words', async () => {
    const namespace = await plane.namespace()
    await plane.cluster.apply(deployment(namespace), { dryRun: false }, plane.signal)
    const error = await errorOf(dryRun(deployment(namespace, {}, 'other')))
    expect(error).toMatchObject({ code: 'immutable', status: 422, passing: false })
    expect(error.message).toContain('field is immutable')
  })

  test('a policy that denies', async () => {
    const name = plane.freeName('deny')
    const namespace = await plane.namespace()
    const policy = {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingAdmissionPolicy',
      metadata: { name },
      spec: {
        matchConstraints: {
          resourceRules: [
            { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['configmaps'] },
          ],
        },
        validations: [{ expression: `object.metadata.name != '${name}'`, message: 'not this name' }],
      },
    }
    const binding = {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingAdmissionPolicyBinding',
      metadata: { name },
      spec: { policyName: name, validationActions: ['Deny'] },
    }
    for (const object of [policy, binding]) {
      plane.cleanUp(object)
      await plane.cluster.apply(object, { dryRun: false }, plane.signal)
    }
    const refusal = () =>
      dryRun(configMap(namespace, name)).then(
        () => null,
        (error: ClusterError) => error,
      )
    await expect.poll(async () => (await refusal())?.code).toBe('webhook-denied')
    expect((await refusal())?.message).toContain('not this name')
  })

  test('what a Secret holds is in no message', async () => {
    const secret = (data: object) => ({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 's', namespace: 'default' },
      data,
    })
    const canary = 'canary-4711-not-base64'
    for (const data of [{ password: canary }, { password: { nested: canary } }, { password: [canary] }]) {
      const applied = await errorOf(dryRun(secret(data)))
      const created = await errorOf(plane.cluster.create(secret(data), plane.signal))
      expect(applied).toMatchObject({ code: 'invalid', passing: false })
      expect(`${applied.message} ${created.message}`).not.toContain('canary-4711')
    }
  })

  test('writing over somebody else', async () => {
    const namespace = await plane.namespace()
    const existing = await plane.cluster.create(configMap(namespace, 'a'), plane.signal)
    expect(await errorOf(plane.cluster.create(configMap(namespace, 'a'), plane.signal))).toMatchObject({
      code: 'conflict',
    })
    const at = { namespace, name: 'a' }
    const configMaps = await resource('v1', 'ConfigMap')
    const stale = { type: 'merge' as const, body: { metadata: { resourceVersion: '1' }, data: { a: '1' } } }
    expect(await errorOf(plane.cluster.patch(configMaps, at, stale, plane.signal))).toMatchObject({
      code: 'conflict',
      status: 409,
    })
    expect(await errorOf(plane.cluster.delete(configMaps, at, { uid: 'other' }, plane.signal))).toMatchObject(
      { code: 'conflict' },
    )
    expect(await plane.cluster.delete(configMaps, at, { uid: existing.metadata.uid! }, plane.signal)).toBe(
      true,
    )
  })

  test('what the credentials may not do names the verb, the resource and the namespace', async () => {
    const namespace = await plane.namespace()
    const nobody = createCluster({ kubeConfig: await limitedKubeConfig(plane, { namespace, rules: [] }) })
    const error = await errorOf(
      nobody.get(await resource('apps/v1', 'Deployment'), { namespace, name: 'web' }, plane.signal),
    )
    expect(error).toMatchObject({ code: 'forbidden', status: 403, passing: false })
    expect(error.message).toMatch(
      new RegExp(`may not get deployments.apps in namespace ${namespace}; grant it with a Role`),
    )
  })

  test('a wrong token', async () => {
    const config = loadKubeConfig({ kubeconfig: plane.kubeconfig })
    const user = { name: 'wrong', token: 'wrong' }
    config.loadFromClusterAndUser(config.getCurrentCluster()!, user)
    const wrong = createCluster({ kubeConfig: config })
    expect(await errorOf(wrong.discover(plane.signal))).toMatchObject({
      code: 'unauthorized',
      status: 401,
      passing: false,
    })
    wrong.close()
  })

  test('nobody listening', async () => {
    const config = loadKubeConfig({ kubeconfig: plane.kubeconfig })
    config.loadFromClusterAndUser(
      { ...config.getCurrentCluster()!, server: 'https://127.0.0.1:1' },
      config.getCurrentUser()!,
    )
    const attempts: string[] = []
    const cluster = createCluster({ kubeConfig: config, onRequest: it => attempts.push(it.path) })
    const error = await errorOf(
      cluster.get(await resource('v1', 'ConfigMap'), { namespace: 'a', name: 'b' }, plane.signal),
    )
    expect(error).toMatchObject({ code: 'unreachable', status: 0, passing: true })
    expect(attempts).toHaveLength(4)
  })

  test('an abort is not mistaken for a failure of the cluster', async () => {
    const aborted = AbortSignal.abort(new Error('enough'))
    await expect(plane.cluster.discover(aborted)).rejects.toThrow('enough')
    const configMaps = await resource('v1', 'ConfigMap')
    await expect(plane.cluster.list(configMaps, {}, aborted)).rejects.toThrow('enough')
  })
})

import { spawn } from 'node:child_process'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ensureBinaries } from '../../../tools/control-plane/binaries.ts'
import {
  type Cluster,
  createCluster,
  listClusters,
  removeClusterNamed,
} from '../../../tools/control-plane/cluster.ts'
import { componentNames, storeNames } from '../../../tools/control-plane/components.ts'
import { findProcesses, type FoundProcess } from '../../../tools/machine/processes.ts'
import { run } from '../../../tools/machine/run.ts'

let dir: string
let cluster: Cluster
let binaries: string

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'plumbline-clusters-'))
  binaries = await ensureBinaries()
  cluster = await createCluster({ name: 'shared', nodes: 2, dir })
})

afterAll(async () => {
  await cluster.down()
  await rm(dir, { recursive: true })
})

const kubectl = (...args: readonly string[]) =>
  run(join(binaries, 'kubectl'), ['--kubeconfig', cluster.kubeconfig, ...args])

async function apply(...objects: readonly object[]): Promise<void> {
  const file = join(dir, 'manifest.json')
  await writeFile(file, JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }))
  await kubectl('apply', '--server-side', '-f', file)
}

interface Workload {
  readonly name: string
  readonly image?: string
  readonly simulate?: string
}

function podTemplate({ name, image = 'example.test/web:1', simulate }: Workload) {
  const annotations = simulate === undefined ? {} : { 'plumbline.dev/simulate': simulate }
  return {
    metadata: { labels: { app: name }, annotations },
    spec: { containers: [{ name: 'main', image }] },
  }
}

function deployment(workload: Workload): object {
  const { name } = workload
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name },
    spec: { replicas: 1, selector: { matchLabels: { app: name } }, template: podTemplate(workload) },
  }
}

function job(workload: Workload): object {
  const { metadata, spec } = podTemplate(workload)
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: workload.name },
    spec: { backoffLimit: 0, template: { metadata, spec: { ...spec, restartPolicy: 'Never' } } },
  }
}

/** Waits for the field of the workload's pod, and returns what kubectl shows of the pod's first container. */
async function containerWith(app: string, path: string, value: string) {
  // The controllers create the pod a moment after the deployment.
  await kubectl('wait', `deployment/${app}`, '--for=jsonpath={.status.replicas}=1', '--timeout=30s')
  await kubectl('wait', 'pod', `-lapp=${app}`, `--for=jsonpath=${path}=${value}`, '--timeout=30s')
  return JSON.parse(
    await kubectl('get', 'pod', `-lapp=${app}`, '-ojsonpath={.items[0].status.containerStatuses[0]}'),
  ) as unknown
}

const waitingReason = '{.status.containerStatuses[0].state.waiting.reason}'

function processesOf(name: string): Promise<readonly FoundProcess[]> {
  return findProcesses(join(dir, name), componentNames)
}

describe('pods', () => {
  test('become ready, and so does their deployment', async () => {
    await apply(deployment({ name: 'well' }))
    await kubectl('wait', 'deployment/well', '--for=condition=Available', '--timeout=30s')
  })

  test('crash when their annotation says so', async () => {
    await apply(deployment({ name: 'crashing', simulate: 'crash' }))
    const container = await containerWith('crashing', waitingReason, 'CrashLoopBackOff')
    expect(container).toMatchObject({
      ready: false,
      restartCount: 1,
      lastState: { terminated: { exitCode: 1, reason: 'Error' } },
    })
  })

  test.each([
    { name: 'annotated', simulate: 'image-pull', image: 'example.test/web:1' },
    { name: 'mistyped', image: 'example.test/web:does-not-exist' },
    { name: 'unpullable', image: 'example.test/web:never-pulls' },
  ])('never get an image ($name)', async workload => {
    await apply(deployment(workload))
    const container = await containerWith(workload.name, waitingReason, 'ImagePullBackOff')
    const message: unknown = expect.stringContaining(`Back-off pulling image "${workload.image}"`)
    expect(container).toMatchObject({ ready: false, state: { waiting: { message } } })
    const events = await kubectl('get', 'events', '-ojsonpath={.items[*].message}')
    expect(events).toContain('Failed to pull image')
  })

  test('run without getting ready when their annotation says so', async () => {
    await apply(deployment({ name: 'unready', simulate: 'never-ready' }))
    const container = await containerWith('unready', '{.status.phase}', 'Running')
    expect(container).toMatchObject({ ready: false, started: true })
  })

  test('of a job complete, or fail when their annotation says so', async () => {
    await apply(job({ name: 'good' }), job({ name: 'bad', simulate: 'crash' }))
    await kubectl('wait', 'job/good', '--for=condition=Complete', '--timeout=30s')
    await kubectl('wait', 'job/bad', '--for=condition=Failed', '--timeout=30s')
  })
})

describe('the control plane', () => {
  test('serves new kinds and deletes a namespace with all that is in it', async () => {
    const names = { plural: 'plums', singular: 'plum', kind: 'Plum' }
    const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } }
    await apply({
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'plums.example.test' },
      spec: {
        group: 'example.test',
        scope: 'Namespaced',
        names,
        versions: [{ name: 'v1', served: true, storage: true, schema }],
      },
    })
    await kubectl('wait', 'crd/plums.example.test', '--for=condition=Established', '--timeout=30s')
    await apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'orchard' } })
    await apply({
      apiVersion: 'example.test/v1',
      kind: 'Plum',
      metadata: { name: 'ripe', namespace: 'orchard' },
    })
    await kubectl('delete', 'namespace', 'orchard', '--timeout=60s')
    expect(await kubectl('get', 'plums', '--all-namespaces', '-oname')).toBe('')
  })

  test('binds a claim to a volume and gives a load balancer an address', async () => {
    await apply(
      {
        apiVersion: 'v1',
        kind: 'PersistentVolumeClaim',
        metadata: { name: 'data' },
        spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
      },
      {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: 'front' },
        spec: { type: 'LoadBalancer', ports: [{ port: 80 }] },
      },
    )
    await kubectl('wait', 'pvc/data', '--for=jsonpath={.status.phase}=Bound', '--timeout=30s')
    await kubectl(
      'wait',
      'service/front',
      '--for=jsonpath={.status.loadBalancer.ingress[0].ip}',
      '--timeout=30s',
    )
  })
})

describe('a cluster', () => {
  test('that runs is listed, and asking for it again gives the same one', async () => {
    const before = await processesOf('shared')
    const again = await createCluster({ name: 'shared', nodes: 2, dir })
    expect(again.kubeconfig).toBe(cluster.kubeconfig)
    expect(await processesOf('shared')).toEqual(before)
    expect(await listClusters(dir)).toMatchObject([{ name: 'shared', state: 'running' }])
  })

  test('that lost a process is listed as broken and replaced, and leaves nothing when taken down', async () => {
    const first = await createCluster({ name: 'fragile', dir })
    const before = await processesOf('fragile')
    const etcd = before.find(({ program }) => program === 'etcd')
    process.kill(etcd?.pid ?? 0, 'SIGKILL')
    await expect.poll(() => processesOf('fragile')).not.toContainEqual(etcd)
    expect(await listClusters(dir)).toContainEqual(
      expect.objectContaining({ name: 'fragile', state: 'broken' }),
    )

    await createCluster({ name: 'fragile', dir })
    const after = await processesOf('fragile')
    expect(after.map(({ program }) => program).sort()).toEqual([...componentNames].sort())
    expect(after.filter(({ pid }) => before.some(old => old.pid === pid))).toEqual([])

    await first.down()
    expect(await processesOf('fragile')).toEqual([])
    expect(await readdir(dir)).not.toContain('fragile')
    expect(await removeClusterNamed('fragile', dir)).toBe(false)
  })

  test('without controllers is an API server and its store, and is found again', async () => {
    const bare = await createCluster({ name: 'bare', controllers: false, dir })
    const before = await processesOf('bare')
    expect(before.map(({ program }) => program).sort()).toEqual([...storeNames].sort())
    await createCluster({ name: 'bare', controllers: false, dir })
    expect(await processesOf('bare')).toEqual(before)
    await bare.down()
  })

  test('whose start is interrupted leaves nothing', async () => {
    const interrupt = new AbortController()
    const starting = createCluster({ name: 'interrupted', dir, signal: interrupt.signal })
    // Observed at once, so that an early failure is not an unhandled rejection.
    const outcome = expect(starting).rejects.toThrow('Ctrl-C')
    await expect.poll(() => processesOf('interrupted'), { timeout: 30_000 }).not.toEqual([])
    interrupt.abort(new Error('Ctrl-C'))
    await outcome
    expect(await processesOf('interrupted')).toEqual([])
    expect(await readdir(dir)).not.toContain('interrupted')
  })

  test('goes when the process that asked for it is killed, even in the middle of the start', async () => {
    const module = join(import.meta.dirname, '..', '..', '..', 'tools', 'control-plane', 'cluster.ts')
    const script = `
      const { createCluster } = await import(${JSON.stringify(module)})
      await createCluster({ name: 'orphan', dir: ${JSON.stringify(dir)} })`
    const owner = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: 'inherit' })
    await expect.poll(() => processesOf('orphan'), { timeout: 30_000 }).not.toEqual([])
    owner.kill('SIGKILL')
    await expect.poll(() => readdir(dir), { timeout: 30_000 }).not.toContain('orphan')
    expect(await processesOf('orphan')).toEqual([])
  })

  test('needs a name that can be a folder and a context', async () => {
    await expect(createCluster({ name: '../dev', dir })).rejects.toThrow("cannot name a cluster '../dev'")
  })
})

import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { createConnection } from 'node:net'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { callApi, isReady } from './api.ts'
import { type ClusterAccess, type ClusterFolder, markReady, writeInstance } from './cluster-folder.ts'
import {
  apiServer,
  type Component,
  controllerManager,
  etcd,
  kubeconfigOf,
  kwok,
  type Ports,
  scheduler,
  type User,
  users,
} from './components.ts'
import { ToolError } from '../machine/errors.ts'
import { kubeconfig } from './kubeconfig.ts'
import { countUsableNodes, ensureNodes } from './nodes.ts'
import { freePort } from '../machine/ports.ts'
import { type Started, startProcess } from '../machine/processes.ts'
import { infrastructureStages, storageClass } from './stages/infrastructure.ts'
import { podStages } from './stages/pods.ts'

const startedWithinMilliseconds = 120_000
const pollMilliseconds = 25

export interface StartClusterOptions {
  readonly folder: ClusterFolder
  /** Names this start of the cluster. */
  readonly instance: string
  /** The folder of {@link ensureBinaries}. */
  readonly binaries: string
  readonly nodes: number
  /** False: the API server and its store alone. */
  readonly controllers: boolean
  readonly apiServerArgs: readonly string[]
  readonly signal: AbortSignal
}

/**
 * Starts a cluster in its folder, which must not exist, and returns when it can be used: with controllers, when pods can be created and scheduled. Rejects if
 * a component ends, or after two minutes; what it started and wrote so far stays, for the caller to remove.
 */
export async function startCluster(options: StartClusterOptions): Promise<void> {
  const { folder, nodes, controllers, apiServerArgs } = options
  const signal = AbortSignal.any([options.signal, AbortSignal.timeout(startedWithinMilliseconds)])
  const tokens = await writeFolder(options)
  const running = new Map<string, Started>()
  const start = async (component: Component) => {
    running.set(component.name, await startComponent(options, component))
  }
  const until = (what: string, condition: () => Promise<boolean>) =>
    waitUntil({ what, condition, running, folder, signal, cancelled: options.signal })

  const ports: Ports = { etcd: await freePort(), apiServer: await freePort() }
  await start(etcd(folder, ports))
  await until('etcd listens', () => accepts(ports.etcd))
  await start(apiServer(folder, ports, apiServerArgs))
  await until('the API server listens', () => accepts(ports.apiServer))
  const certificate = await readFile(join(folder.certificates, 'apiserver.crt'), 'utf8')
  const accessAs = (user: User): ClusterAccess => ({
    server: `https://127.0.0.1:${ports.apiServer}`,
    token: tokens[user],
    certificate,
    controllers,
  })
  const access = accessAs('admin')
  for (const user of users) {
    const text = kubeconfig(folder.name, user, accessAs(user))
    await writeFile(kubeconfigOf(folder, user), text, { mode: 0o600 })
  }
  await until('the API server is ready', () => isReady(access))
  if (!controllers) return markReady(folder, access)
  await Promise.all([controllerManager, scheduler, kwok].map(component => start(component(folder))))
  await createStorageClass(access)
  await ensureNodes(access, nodes)
  await until('nodes are ready', async () => (await countUsableNodes(access)) >= nodes)
  await until('pods can be created', () => defaultServiceAccountExists(access))
  await markReady(folder, access)
}

/** Writes what the components read, and returns a new token for each user. */
async function writeFolder({
  folder,
  instance,
}: StartClusterOptions): Promise<Readonly<Record<User, string>>> {
  await mkdir(folder.root, { mode: 0o700 })
  await writeInstance(folder, instance)
  await mkdir(folder.logs)
  await mkdir(folder.etcdData, { mode: 0o700 })
  const { publicKey, privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  })
  await writeFile(folder.serviceAccountKey, privateKey, { mode: 0o600 })
  await writeFile(folder.serviceAccountPublicKey, publicKey)
  const token = () => randomBytes(24).toString('hex')
  const tokens: Record<User, string> = {
    admin: token(),
    'kube-controller-manager': token(),
    'kube-scheduler': token(),
    kwok: token(),
  }
  const lines = users.map(user => `${tokens[user]},${user},${user},system:masters\n`)
  await writeFile(folder.tokens, lines.join(''), { mode: 0o600 })
  // JSON is YAML.
  const stages = [...infrastructureStages, ...podStages].map(stage => JSON.stringify(stage))
  await writeFile(folder.stages, stages.join('\n---\n'))
  return tokens
}

function startComponent({ folder, binaries }: StartClusterOptions, component: Component): Promise<Started> {
  return startProcess({
    program: join(binaries, component.name),
    args: component.args,
    cwd: folder.root,
    log: logOf(folder, component.name),
    // Nothing of the person's environment: no proxy between loopback processes, no ~/.kwok or ~/.kube.
    env: {
      PATH: process.env['PATH'],
      HOME: folder.root,
      KWOK_WORKDIR: folder.root,
      TMPDIR: process.env['TMPDIR'],
    },
  })
}

function logOf(folder: ClusterFolder, component: string): string {
  return join(folder.logs, `${component}.log`)
}

interface WaitUntilOptions {
  readonly what: string
  readonly condition: () => Promise<boolean>
  readonly running: ReadonlyMap<string, Started>
  readonly folder: ClusterFolder
  readonly signal: AbortSignal
  readonly cancelled: AbortSignal
}

async function waitUntil({
  what,
  condition,
  running,
  folder,
  signal,
  cancelled,
}: WaitUntilOptions): Promise<void> {
  while (!(await condition())) {
    for (const [component, { ended }] of running) {
      const how = ended()
      if (how === undefined) continue
      const log = await lastLines(logOf(folder, component))
      throw new ToolError(`${component} ended (${how}) before ${what}:\n${log}`)
    }
    cancelled.throwIfAborted()
    if (signal.aborted) {
      throw new ToolError(`waited ${startedWithinMilliseconds / 1000} s in vain until ${what}`)
    }
    await wait(pollMilliseconds)
  }
}

async function lastLines(file: string): Promise<string> {
  const text = await readFile(file, 'utf8')
  return text.trimEnd().split('\n').slice(-10).join('\n')
}

async function accepts(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const socket = createConnection({ host: '127.0.0.1', port })
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}

async function createStorageClass(access: ClusterAccess): Promise<void> {
  const path = '/apis/storage.k8s.io/v1/storageclasses'
  const answer = await callApi(access, { method: 'POST', path, body: storageClass })
  if (answer.status !== 201) throw new ToolError(`could not create the storage class: ${answer.body}`)
}

async function defaultServiceAccountExists(access: ClusterAccess): Promise<boolean> {
  const answer = await callApi(access, { path: '/api/v1/namespaces/default/serviceaccounts/default' })
  return answer.status === 200
}

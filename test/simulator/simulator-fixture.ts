import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { ProbotOctokit } from 'probot'
import { vi } from 'vitest'
import type { Installation, Repository, User } from './github/state.ts'
import {
  type GitHubSimulator,
  type GitHubSimulatorOptions,
  startGitHubSimulator,
} from './start-github-simulator.ts'

// Each test runs a server and many gits, on a machine that may be busy with others.
vi.setConfig({ testTimeout: 60_000 })

/** The fields of payloads that tests read by name; which of them is there depends on the event. */
export interface ReadPayload {
  readonly action?: string
  readonly commits: readonly unknown[]
  readonly check_run: { readonly pull_requests: readonly unknown[] }
  readonly pull_request: { readonly head: { readonly repo: { readonly full_name: string } } }
}

export interface ReceivedWebhook {
  readonly event: string
  readonly guid: string
  readonly headers: IncomingHttpHeaders
  readonly raw: Buffer
  readonly payload: ReadPayload
}

export interface Receiver {
  readonly url: string
  readonly received: ReceivedWebhook[]
  /** `event.action` of each, in the order of arrival. */
  readonly names: () => string[]
  /** What to answer from now on. Default 202. */
  status: number
  readonly close: () => Promise<void>
}

/** A server that takes webhooks and remembers them. */
async function startReceiver(): Promise<Receiver> {
  const received: ReceivedWebhook[] = []
  const server: Server = createServer((request, response) => {
    void buffer(request).then(raw => {
      const event = String(request.headers['x-github-event'])
      const guid = String(request.headers['x-github-delivery'])
      const payload = JSON.parse(raw.toString()) as ReadPayload
      received.push({ event, guid, headers: request.headers, raw, payload })
      response.writeHead(receiver.status).end('ok')
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const receiver: Receiver = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    received,
    names: () => received.map(one => [one.event, one.payload.action].filter(Boolean).join('.')),
    status: 202,
    close: () => new Promise(resolve => server.close(() => resolve())),
  }
  return receiver
}

export interface Scene extends AsyncDisposable {
  readonly simulator: GitHubSimulator
  readonly receiver: Receiver
  readonly ada: User
  readonly repository: Repository
  readonly installation: Installation
  /** As the app's installation. */
  readonly octokit: ProbotOctokit
  /** As the app. */
  readonly appOctokit: ProbotOctokit
}

/** A simulator with a repository of Ada's, the app installed on it, and something that listens to webhooks. */
export async function startScene(options: GitHubSimulatorOptions = {}): Promise<Scene> {
  const simulator = await startGitHubSimulator(options)
  const receiver = await startReceiver()
  const ada = simulator.createUser('ada', { name: 'Ada Lovelace' })
  const repository = await simulator.createRepository({
    owner: ada,
    name: 'shop',
    files: { 'README.md': '# Shop\n', 'apps/frontend.yaml': 'replicas: 1\n' },
  })
  simulator.setWebhookUrl(receiver.url)
  const installation = simulator.installApp({ owner: ada, repositories: [repository] })
  const auth = { appId: simulator.app.id, privateKey: simulator.app.privateKey }
  const common = { baseUrl: simulator.apiUrl, throttle: { enabled: false }, retry: { enabled: false } }
  return {
    simulator,
    receiver,
    ada,
    repository,
    installation,
    octokit: new ProbotOctokit({ ...common, auth: { ...auth, installationId: installation.id } }),
    appOctokit: new ProbotOctokit({ ...common, auth }),
    [Symbol.asyncDispose]: async () => {
      await simulator.stop()
      await receiver.close()
    },
  }
}

export const shop = { owner: 'ada', repo: 'shop' } as const

/** Opens a pull request that scales the frontend. */
export async function openScaling(scene: Scene, branch = 'scale') {
  const { simulator, repository, ada } = scene
  const sha = await simulator.pushCommit({
    repository,
    author: ada,
    branch,
    files: { 'apps/frontend.yaml': `replicas: 3 # ${branch}\n` },
    message: 'Scale the frontend',
  })
  const pull = await simulator.openPullRequest({
    repository,
    author: ada,
    title: 'Scale the frontend',
    body: 'More traffic is coming.',
    head: branch,
    base: 'main',
  })
  return { sha, pull }
}

export const manifest = {
  name: 'Shop Bot',
  url: 'https://shop.example.com',
  hook_attributes: { url: 'https://shop.example.com/hooks' },
  redirect_url: 'http://127.0.0.1:9/back',
  default_permissions: { metadata: 'read', pull_requests: 'write' },
  default_events: ['pull_request'],
} as const

/** Presses the button that creates an app from the manifest, and reads the code off the address that it leads back to. */
export async function newAppCode(simulator: GitHubSimulator, changes: object = {}): Promise<string> {
  const fields = { name: manifest.name, manifest: JSON.stringify({ ...manifest, ...changes }), state: 'abc' }
  const body = new URLSearchParams(fields)
  const answer = await fetch(`${simulator.url}/settings/apps`, { method: 'POST', body, redirect: 'manual' })
  return new URL(answer.headers.get('location') ?? '').searchParams.get('code') ?? ''
}

import { createHash } from 'node:crypto'
import type { AgentCommand, CommandResult, PlanCommand } from '../../../src/model/command.ts'
import type { Plan } from '../../../src/model/plan.ts'
import type { SyncResult } from '../../../src/model/sync.ts'
import type { SyncRecord } from '../../../src/server/store/records/syncs.ts'
import type { Comment, PullRequest, Repository, User } from '../../simulator/github/state.ts'
import { eventually } from '../../stage/eventually.ts'
import { aPlan, aSyncResult } from '../builders/application.ts'
import { type FakeAgent, startFakeAgent } from '../fake-agent.ts'
import { startWorld, type World } from '../world.ts'

const clusters = ['dev', 'prod'] as const

/** People, two clusters, and what their agents answer. */
export interface Scene {
  readonly world: World
  /** Both may write. */
  readonly bob: User
  readonly dora: User
  /** Knows the repository from outside. */
  readonly eve: User
  /** What the plans say, beyond the names and the digest; by default a new head is a new digest. */
  plan: (command: PlanCommand) => Partial<Plan>
  /** What the syncs say. */
  sync: (command: Extract<AgentCommand, { readonly kind: 'sync' }>) => Partial<SyncResult>
  shop(name: string, options?: ShopOptions): Promise<Shop>
  commands<K extends AgentCommand['kind']>(
    kind: K,
    application: string,
  ): readonly Extract<AgentCommand, { readonly kind: K }>[]
  stop(): Promise<void>
}

export interface ShopOptions {
  readonly settings?: string
  readonly on?: readonly (typeof clusters)[number][]
  readonly automated?: boolean
}

/** A repository with an application of its name on some clusters. */
export interface Shop {
  readonly repository: Repository
  readonly key: string
  /** Pushes to a branch. Returns the commit. */
  push(author: User, branch: string, files: Readonly<Record<string, string>>): Promise<string>
  open(
    author: User,
    branch: string,
    files?: Readonly<Record<string, string>>,
    title?: string,
  ): Promise<PullRequest>
  syncs(pull: PullRequest): Promise<readonly SyncRecord[]>
}

export function applicationFor(name: string, cluster: string, automated = true): string {
  return [
    'apiVersion: plumbline.dev/v1alpha1',
    'kind: Application',
    `metadata: { name: ${name} }`,
    'spec:',
    '  source: { repoURL: ., path: app }',
    `  destination: { name: ${cluster} }`,
    `  syncPolicy: ${automated ? '{ automated: {} }' : '{}'}`,
    '',
  ].join('\n')
}

export async function startScene(): Promise<Scene> {
  const world = await startWorld()
  const { github } = world
  const agents: FakeAgent[] = []
  const [bob, dora, eve] = ['bob', 'dora', 'eve'].map(it => github.createUser(it)) as [User, User, User]
  const scene: Scene = {
    world,
    bob,
    dora,
    eve,
    plan: () => ({}),
    sync: () => ({}),
    shop: (name, options = {}) => openShop(scene, name, options),
    commands: (kind, application) =>
      agents
        .flatMap(it => it.received.map(({ command }) => command))
        .filter(
          it =>
            it.kind === kind &&
            (typeof it.application === 'string' ? it.application : it.application.name) === application,
        ) as never,
    async stop() {
      for (const agent of agents) await agent.stop()
      await world.stop()
    },
  }
  for (const cluster of clusters) {
    const token = await world.register(cluster)
    agents.push(await startFakeAgent(world.server.url, token, command => answer(scene, cluster, command)))
  }
  return scene
}

function answer(scene: Scene, cluster: string, command: AgentCommand): CommandResult | null {
  if (command.kind === 'plan') {
    const { application, head } = command
    const own = { application: application.name, cluster, revision: head, changeDigest: digest(head) }
    const plan = aPlan({ ...own, liveAt: new Date().toISOString(), ...scene.plan(command) })
    return { kind: 'plan', outcome: { kind: 'planned', plan } }
  }
  if (command.kind !== 'sync') return null
  const { application, revision, requireReviewedPlan, reviewedDigest } = command
  const own = { application: application.name, cluster, revision }
  const said = scene.sync(command)
  // As an agent does: what is not what was reviewed is not written.
  const moved = requireReviewedPlan && said.plan && said.plan.changeDigest !== reviewedDigest
  const result = moved
    ? { outcome: 'waiting' as const, error: { code: 'plan-moved', message: 'the cluster moved' } }
    : {}
  return { kind: 'sync', result: aSyncResult({ ...own, ...said, ...result }) }
}

export function digest(text: string): string {
  return `sha256:${createHash('sha256').update(text).digest('hex')}`
}

async function openShop(
  { world, bob, dora }: Scene,
  name: string,
  { settings, on = ['dev'], automated = true }: ShopOptions,
): Promise<Shop> {
  const { github } = world
  const repository = await world.repository(name, {
    ...(settings === undefined ? {} : { '.plumbline.yaml': settings }),
    ...Object.fromEntries(on.map(it => [`applications/${it}.yaml`, applicationFor(name, it, automated)])),
    'app/a.yaml': 'a: 0\n',
    'README.md': 'x\n',
  })
  for (const person of [bob, dora]) repository.collaborators.set(person, 'write')
  const key = `github:${new URL(github.url).host}/acme/${name}`
  const push: Shop['push'] = (author, branch, files) =>
    github.pushCommit({ repository, author, branch, files, message: branch })
  return {
    repository,
    key,
    push,
    async open(author, branch, files = { 'app/a.yaml': `${branch}: 1\n` }, title = branch) {
      await push(author, branch, files)
      return github.openPullRequest({ repository, author, title, head: branch, base: 'main' })
    },
    syncs: pull => world.store.syncs.ofPullRequest(key, pull.number),
  }
}

/** All comments, one after the other. */
export function said(pull: PullRequest): string {
  return pull.comments.map(it => it.body).join('\n')
}

export function planComment(pull: PullRequest): string {
  return pull.comments.find(it => it.byApp && it.body.startsWith('<!-- plumbline:plan -->'))?.body ?? ''
}

export function resultComment(pull: PullRequest): string {
  return pull.comments.find(it => it.byApp && it.body.startsWith('<!-- plumbline:result -->'))?.body ?? ''
}

export function reactions(comment: Comment): readonly string[] {
  return comment.reactions.map(it => it.content)
}

export function checkOf(
  { world }: Scene,
  pull: PullRequest,
  name = 'plumbline',
): { readonly conclusion: string | null; readonly title: string } | null {
  const runs = world.github.checkRuns(pull.repository, pull.pull.headSha).filter(it => it.name === name)
  const run = runs.at(-1)
  return run ? { conclusion: run.conclusion, title: run.title ?? '' } : null
}

/** Resolves when the head is planned. */
export async function untilPlanned(scene: Scene, pull: PullRequest): Promise<void> {
  await eventually(() => {
    if (!planComment(pull).includes(pull.pull.headSha.slice(0, 7))) throw new Error('not planned yet')
    if (!checkOf(scene, pull)?.conclusion) throw new Error('no check yet')
  })
}

/** Says something, and resolves when it was answered by a reaction or reply. */
export async function say(
  { world }: Scene,
  pull: PullRequest,
  by: User,
  body: string,
): Promise<{ readonly comment: Comment; readonly answer: string }> {
  const before = new Map(pull.comments.map(it => [it.id, it.body]))
  const comment = world.github.commentOn(pull, by, body)
  return eventually(() => {
    if (reactions(comment).includes('+1')) return { comment, answer: '+1' }
    const reply = pull.comments.find(
      it => it.byApp && !/plumbline:(plan|result) /.test(it.body) && before.get(it.id) !== it.body,
    )
    if (!reply) throw new Error('no answer yet')
    return { comment, answer: reply.body.replace(/^<!--.*?-->\s*/, '').trim() }
  })
}

import { ApiFailure, invalid } from '../failure.ts'
import { readCommit } from '../git/log.ts'
import { resolveCommit } from '../git/repository.ts'
import { bareSuiteShape, checkRunShape, simpleCommit, suiteConclusion } from '../shapes/check.ts'
import type {
  Annotation,
  CheckAction,
  CheckConclusion,
  CheckRun,
  CheckStatus,
  CheckSuite,
  Repository,
} from '../state.ts'
import { timestamp, type World } from '../world.ts'
import { type Actor, touch } from './actor.ts'

export interface CheckRunInput {
  readonly name?: string
  readonly status?: CheckStatus
  readonly conclusion?: CheckConclusion
  readonly detailsUrl?: string
  readonly externalId?: string
  readonly startedAt?: string
  readonly completedAt?: string
  readonly output?: {
    readonly title?: string | undefined
    readonly summary: string
    readonly text?: string | undefined
    readonly annotations?: readonly Annotation[] | undefined
  }
  readonly actions?: readonly CheckAction[]
}

export async function createRun(
  world: World,
  repository: Repository,
  actor: Actor,
  input: CheckRunInput & { readonly name: string; readonly headSha: string },
): Promise<CheckRun> {
  const sha = await resolveCommit(repository.folder, input.headSha)
  if (sha !== input.headSha) throw new ApiFailure(422, `No commit found for SHA: ${input.headSha}`)
  const suite = findSuite(repository, sha) ?? addSuite(world, repository, sha, null)
  const run: CheckRun = {
    id: world.nextId(),
    suite,
    headSha: sha,
    name: input.name,
    status: 'queued',
    conclusion: null,
    detailsUrl: null,
    externalId: '',
    startedAt: timestamp(world),
    completedAt: null,
    title: null,
    summary: null,
    text: null,
    annotations: [],
    actions: [],
  }
  assign(world, run, input)
  suite.runs.push(run)
  touch(world, repository)
  const on = { repository, run }
  runEvent(world, actor, on, { action: 'created' })
  if (run.status === 'completed') await completed(world, actor, on)
  return run
}

/** A run and where it is. */
export interface RunPlace {
  readonly repository: Repository
  readonly run: CheckRun
}

export async function updateRun(
  world: World,
  actor: Actor,
  on: RunPlace,
  input: CheckRunInput,
): Promise<void> {
  const before = on.run.status
  assign(world, on.run, input)
  touch(world, on.repository)
  if (on.run.status === 'completed' && before !== 'completed') await completed(world, actor, on)
}

/** A person pressed one of the run's buttons. */
export function requestAction(world: World, actor: Actor, on: RunPlace, identifier: string): void {
  const known = on.run.actions.some(action => action.identifier === identifier)
  if (!known) throw invalid('CheckRun', 'identifier', 'invalid')
  runEvent(world, actor, on, { action: 'requested_action', requested_action: { identifier } })
}

/** A person asked for the run again. The run itself stays as it is, as the documentation says. */
export function rerequestRun(world: World, actor: Actor, on: RunPlace): void {
  runEvent(world, actor, on, { action: 'rerequested' })
}

/** A person asked for all runs of a commit again. */
export async function rerequestSuite(
  world: World,
  repository: Repository,
  actor: Actor,
  sha: string,
): Promise<void> {
  const suite = findSuite(repository, sha)
  if (!suite) throw invalid('CheckSuite', 'head_sha', 'missing')
  await suiteEvent(world, actor, { repository, suite }, 'rerequested')
}

/** A push gives every app that may write checks a suite on the new head, and asks it to start. */
export async function requestSuite(
  world: World,
  repository: Repository,
  actor: Actor,
  head: { readonly sha: string; readonly branch: string },
): Promise<void> {
  if (findSuite(repository, head.sha)) return
  const suite = addSuite(world, repository, head.sha, head.branch)
  await suiteEvent(world, actor, { repository, suite }, 'requested')
}

const findSuite = (repository: Repository, sha: string): CheckSuite | undefined =>
  repository.suites.find(suite => suite.headSha === sha)

export const findRun = (repository: Repository, id: number): CheckRun | undefined =>
  repository.suites.flatMap(suite => suite.runs).find(run => run.id === id)

function addSuite(world: World, repository: Repository, sha: string, branch: string | null): CheckSuite {
  const now = timestamp(world)
  const suite = {
    id: world.nextId(),
    headSha: sha,
    headBranch: branch,
    createdAt: now,
    updatedAt: now,
    runs: [],
  }
  repository.suites.push(suite)
  return suite
}

function assign(world: World, run: CheckRun, input: CheckRunInput): void {
  if (input.status === 'completed' && !input.conclusion && !run.conclusion) {
    throw invalid('CheckRun', 'conclusion', 'missing_field')
  }
  run.name = input.name ?? run.name
  run.detailsUrl = input.detailsUrl ?? run.detailsUrl
  run.externalId = input.externalId ?? run.externalId
  run.startedAt = input.startedAt ?? run.startedAt
  run.actions = input.actions ?? []
  if (input.conclusion ?? input.completedAt) {
    run.status = 'completed'
    run.conclusion = input.conclusion ?? run.conclusion
    run.completedAt = input.completedAt ?? timestamp(world)
  } else if (input.status && input.status !== 'completed') {
    run.status = input.status
    run.conclusion = null
    run.completedAt = null
  }
  if (!input.output) return
  run.title = input.output.title ?? run.title
  run.summary = input.output.summary
  run.text = input.output.text ?? run.text
  // Each request adds to the annotations; none takes any away.
  run.annotations = [...run.annotations, ...(input.output.annotations ?? [])]
}

async function completed(world: World, actor: Actor, on: RunPlace): Promise<void> {
  const { suite } = on.run
  suite.updatedAt = timestamp(world)
  runEvent(world, actor, on, { action: 'completed' })
  if (suiteConclusion(suite))
    await suiteEvent(world, actor, { repository: on.repository, suite }, 'completed')
}

interface RunEvent {
  readonly action: 'created' | 'completed' | 'rerequested' | 'requested_action'
  readonly requested_action?: { readonly identifier: string }
}

function runEvent(world: World, actor: Actor, { repository, run }: RunPlace, event: RunEvent): void {
  const { action, ...more } = event
  const check_suite = bareSuiteShape(world, repository, run.suite)
  world.events({
    name: 'check_run',
    action,
    sender: actor.user,
    repository,
    payload: { check_run: { ...checkRunShape(world, repository, run), check_suite }, ...more },
  })
}

async function suiteEvent(
  world: World,
  actor: Actor,
  on: { readonly repository: Repository; readonly suite: CheckSuite },
  action: 'requested' | 'rerequested' | 'completed',
): Promise<void> {
  const { repository, suite } = on
  const head_commit = simpleCommit(await readCommit(repository.folder, suite.headSha))
  world.events({
    name: 'check_suite',
    action,
    sender: actor.user,
    repository,
    payload: { check_suite: { ...bareSuiteShape(world, repository, suite), head_commit } },
  })
}

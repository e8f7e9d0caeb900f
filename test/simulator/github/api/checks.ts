import { type CheckRunInput, createRun, findRun, rerequestRun, updateRun } from '../actions/checks.ts'
import { ApiFailure, notFound } from '../failure.ts'
import { readCommit } from '../git/log.ts'
import { resolveCommit } from '../git/repository.ts'
import { annotationShapes, checkRunShape, suiteShape } from '../shapes/check.ts'
import type { Annotation, CheckConclusion, CheckRun, CheckStatus, Repository } from '../state.ts'
import { type Call, created, type Handlers, ok } from './call.ts'
import { counted, listed } from './pages.ts'

export const checkHandlers: Handlers = {
  'checks/create': async call => {
    onlyApps(call)
    const { world, repository, actor } = call
    const body: RunBody = call.body
    const input = { ...runInput(body), name: body.name ?? '', headSha: body.head_sha ?? '' }
    return created(checkRunShape(world, repository, await createRun(world, repository, actor, input)))
  },
  'checks/update': async call => {
    onlyApps(call)
    const { world, repository, actor } = call
    const run = runOf(call, call.path.check_run_id)
    await updateRun(world, actor, { repository, run }, runInput(call.body))
    return ok(checkRunShape(world, repository, run))
  },
  'checks/get': call => ok(checkRunShape(call.world, call.repository, runOf(call, call.path.check_run_id))),
  'checks/list-annotations': call => {
    const shapes = annotationShapes(call.world, call.repository, runOf(call, call.path.check_run_id))
    return listed(call, shapes, shape => shape)
  },
  'checks/rerequest-run': call => {
    const { world, repository, actor } = call
    rerequestRun(world, actor, { repository, run: runOf(call, call.path.check_run_id) })
    return created({})
  },
  'checks/list-for-ref': async call => {
    const { world, repository, query } = call
    const sha = await commitAt(repository, call.path.ref)
    const all = repository.suites.filter(suite => suite.headSha === sha).flatMap(suite => suite.runs)
    const runs = (query.filter === 'all' ? all : latest(all))
      .filter(run => query.check_name === undefined || run.name === query.check_name)
      .filter(run => query.status === undefined || run.status === query.status)
      .filter(() => query.app_id === undefined || query.app_id === world.app.id)
    return await counted(call, 'check_runs', runs, run => checkRunShape(world, repository, run))
  },
  'checks/get-suite': async call => {
    const { world, repository } = call
    const suite = repository.suites.find(one => one.id === call.path.check_suite_id)
    if (!suite) throw notFound()
    return ok(suiteShape(world, repository, suite, await readCommit(repository.folder, suite.headSha)))
  },
  'checks/list-suites-for-ref': async call => {
    const { world, repository } = call
    const sha = await commitAt(repository, call.path.ref)
    const suites = repository.suites.filter(suite => suite.headSha === sha)
    const head = await readCommit(repository.folder, sha)
    return await counted(call, 'check_suites', suites, suite => suiteShape(world, repository, suite, head))
  },
}

export async function commitAt(repository: Repository, ref: string): Promise<string> {
  const sha = await resolveCommit(repository.folder, ref)
  if (!sha) throw new ApiFailure(422, `No commit found for SHA: ${ref}`)
  return sha
}

/** Of runs with one name only the newest counts. */
const latest = (runs: readonly CheckRun[]): CheckRun[] =>
  runs.filter((run, index) => !runs.slice(index + 1).some(later => later.name === run.name))

function onlyApps(call: Pick<Call<'checks/get'>, 'principal'>): void {
  if (call.principal.kind === 'installation') return
  throw new ApiFailure(403, 'You must authenticate via a GitHub App.')
}

function runOf(call: { readonly repository: Repository }, id: number): CheckRun {
  const run = findRun(call.repository, id)
  if (!run) throw notFound()
  return run
}

/** The fields of create and update; the description has checked them. */
interface RunBody {
  readonly name?: string
  readonly head_sha?: string
  readonly status?: string
  readonly conclusion?: string
  readonly details_url?: string
  readonly external_id?: string
  readonly started_at?: string
  readonly completed_at?: string
  readonly actions?: CheckRunInput['actions']
  readonly output?: {
    readonly title?: string
    readonly summary?: string
    readonly text?: string
    readonly annotations?: readonly (Pick<
      Annotation,
      'path' | 'start_line' | 'end_line' | 'annotation_level' | 'message'
    > &
      Partial<Annotation>)[]
  }
}

function runInput(body: RunBody): CheckRunInput {
  const { output } = body
  return {
    ...(body.name === undefined ? {} : { name: body.name }),
    ...(body.status === undefined ? {} : { status: body.status as CheckStatus }),
    ...(body.conclusion === undefined ? {} : { conclusion: body.conclusion as CheckConclusion }),
    ...(body.details_url === undefined ? {} : { detailsUrl: body.details_url }),
    ...(body.external_id === undefined ? {} : { externalId: body.external_id }),
    ...(body.started_at === undefined ? {} : { startedAt: body.started_at }),
    ...(body.completed_at === undefined ? {} : { completedAt: body.completed_at }),
    ...(body.actions === undefined ? {} : { actions: body.actions }),
    ...(output === undefined
      ? {}
      : {
          output: {
            title: output.title,
            summary: output.summary ?? '',
            text: output.text,
            annotations: output.annotations?.map(annotation => ({
              path: annotation.path,
              start_line: annotation.start_line,
              end_line: annotation.end_line,
              start_column: annotation.start_column ?? null,
              end_column: annotation.end_column ?? null,
              annotation_level: annotation.annotation_level,
              title: annotation.title ?? null,
              message: annotation.message,
              raw_details: annotation.raw_details ?? null,
            })),
          },
        }),
  }
}

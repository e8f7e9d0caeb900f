import { type Check, type CheckAnnotation, type CheckMemory, ForgeError } from '../forge.ts'
import { orNull } from './or-null.ts'
import { shortened } from './shortened.ts'
import { repositoryOf, type Session } from './session.ts'

export interface CheckPlace {
  readonly session: Session
  readonly fullName: string
  readonly appId: number
}

/** GitHub takes so many annotations a request, and adds those of an update to the ones it has. */
const annotationsPerRequest = 50
const maxSummary = 65_535
/** https://docs.github.com/rest/checks/runs: more, or longer ones, are refused. */
const maxActions = 3
const maxLabel = 20
const maxDescription = 40

interface Run {
  readonly id: number
  readonly name: string
  readonly head_sha: string
  readonly status: string
  readonly conclusion: string | null
  readonly details_url: string | null
  /** Ours: see {@link referenceOf}. */
  readonly external_id: string | null
  readonly app: { readonly id: number } | null
  readonly output: {
    readonly title: string | null
    readonly summary: string | null
    readonly annotations_count: number
  }
}

/**
 * Updates our run of that name on that commit, or creates it. A new run takes an old one's place where an update cannot
 * say it: annotations are never taken back, and a completed run does not begin again.
 */
export async function upsertCheck(
  place: CheckPlace,
  check: Check,
  known: string | null | CheckMemory,
  signal: AbortSignal,
): Promise<string> {
  if (known !== null && typeof known !== 'string') {
    const id = await sendUnseen(place, check, known, signal)
    if (id !== null) return id
  }
  const knownId = typeof known === 'string' ? known : known?.kind === 'sent' ? known.id : null
  const existing = await latestRun(place, check, knownId, signal)
  const missing = existing ? await missingAnnotations(place, existing, check, signal) : check.annotations
  if (existing && missing !== null && !beginsAgain(existing, check)) {
    if (missing.length > 0 || !saysTheSame(existing, check)) {
      await sendBatches(place, existing.id, { ...check, annotations: missing }, signal)
    }
    return String(existing.id)
  }
  return String(await createRun(place, check, signal))
}

/** Without a look at what is there. Null when that would not do: it began again, other annotations go, or the run is gone. */
async function sendUnseen(
  place: CheckPlace,
  check: Check,
  known: CheckMemory,
  signal: AbortSignal,
): Promise<string | null> {
  if (known.kind === 'never-sent') return String(await createRun(place, check, signal))
  // Whether it completes another attempt than the last one is only told by the run itself.
  const mayBeginAgain = check.state.kind === 'in-progress' || check.attempt !== undefined
  if (known.annotations === 'other' || (known.isCompleted && mayBeginAgain)) return null
  const missing = known.annotations === 'same' ? [] : check.annotations
  return orNull('not-found', async () => {
    await sendBatches(place, Number(known.id), { ...check, annotations: missing }, signal)
    return known.id
  })
}

function beginsAgain(existing: Run, check: Check): boolean {
  if (existing.status !== 'completed') return false
  return check.state.kind === 'in-progress' || isOfAnotherAttempt(existing, check)
}

/** Whoever pressed "Re-run" waits for a run that ends, though it may say what the last one said. */
function isOfAnotherAttempt({ external_id }: Run, { attempt }: Check): boolean {
  return attempt !== undefined && attemptIn(external_id) !== attempt
}

/** What an answer does not tell of a run otherwise: which attempt it belongs to, and its buttons. */
function referenceOf({ attempt = '', actions = [] }: Check): string {
  return [attempt, ...actions.map(it => it.action)].join(' ').trimEnd()
}

/** The attempt that a run of ours belongs to, by its `external_id`. */
export function attemptIn(reference: string | null | undefined): string | undefined {
  return reference?.split(' ')[0] || undefined
}

function saysTheSame(run: Run, check: Check): boolean {
  const wanted = fieldsOf(check)
  return (
    run.status === wanted.status &&
    (run.conclusion ?? undefined) === wanted.conclusion &&
    (run.external_id ?? '') === wanted.external_id &&
    run.output.title === wanted.output.title &&
    run.output.summary === wanted.output.summary &&
    (run.details_url ?? undefined) === (wanted.details_url ?? run.details_url ?? undefined)
  )
}

function fieldsOf(check: Check) {
  const { state } = check
  return {
    status: state.kind === 'completed' ? ('completed' as const) : ('in_progress' as const),
    ...(state.kind === 'completed' ? { conclusion: state.conclusion } : {}),
    ...(check.detailsUrl ? { details_url: check.detailsUrl } : {}),
    external_id: referenceOf(check),
    actions: (check.actions ?? []).slice(0, maxActions).map(it => ({
      identifier: it.action,
      label: shortened(it.label, maxLabel),
      description: shortened(it.description, maxDescription),
    })),
    output: { title: shortened(check.title, 255), summary: shortened(check.summary, maxSummary) },
  }
}

async function createRun(place: CheckPlace, check: Check, signal: AbortSignal): Promise<number> {
  const [first, rest] = split(check.annotations)
  const attempt = { to: `create the check "${check.name}" on ${place.fullName}`, signal }
  const id = await place.session.on(place.fullName, attempt, async (octokit, request) => {
    const { output, ...fields } = fieldsOf(check)
    const { data } = await octokit.rest.checks.create({
      ...at(place),
      name: check.name,
      head_sha: check.revision,
      ...fields,
      output: { ...output, ...(first.length > 0 ? { annotations: first.map(annotationOf) } : {}) },
      request,
    })
    return data.id
  })
  if (rest.length > 0) await sendBatches(place, id, { ...check, annotations: rest }, signal)
  return id
}

async function sendBatches(place: CheckPlace, id: number, check: Check, signal: AbortSignal): Promise<void> {
  const attempt = { to: `update the check "${check.name}" on ${place.fullName}`, signal }
  let left = check.annotations
  do {
    const [batch, rest] = split(left)
    await place.session.on(place.fullName, attempt, (octokit, request) => {
      const { output, ...fields } = fieldsOf(check)
      return octokit.rest.checks.update({
        ...at(place),
        check_run_id: id,
        ...fields,
        output: { ...output, ...(batch.length > 0 ? { annotations: batch.map(annotationOf) } : {}) },
        request,
      })
    })
    left = rest
  } while (left.length > 0)
}

function split(
  annotations: readonly CheckAnnotation[],
): [readonly CheckAnnotation[], readonly CheckAnnotation[]] {
  return [annotations.slice(0, annotationsPerRequest), annotations.slice(annotationsPerRequest)]
}

function annotationOf({ location, level, title, message }: CheckAnnotation) {
  const line = location.line ?? 1
  return {
    path: location.file,
    start_line: line,
    end_line: line,
    annotation_level: level,
    title: shortened(title, 255),
    message: shortened(message, 60_000),
  }
}

/** What the run still lacks; null when it has some that are not wanted any more. */
async function missingAnnotations(
  place: CheckPlace,
  run: Run,
  check: Check,
  signal: AbortSignal,
): Promise<readonly CheckAnnotation[] | null> {
  if (run.output.annotations_count === 0) return check.annotations
  const attempt = { to: `read the annotations of the check "${check.name}" on ${place.fullName}`, signal }
  const existing = await place.session.on(place.fullName, attempt, (octokit, request) =>
    octokit.paginate(octokit.rest.checks.listAnnotations, {
      ...at(place),
      check_run_id: run.id,
      per_page: 100,
      request,
    }),
  )
  const known = new Set(
    existing.map(it => keyOf(it.path, it.start_line, it.annotation_level, it.title, it.message)),
  )
  const wanted = new Map(
    check.annotations.map(it => {
      const { path, start_line, annotation_level, title, message } = annotationOf(it)
      return [keyOf(path, start_line, annotation_level, title, message), it] as const
    }),
  )
  if ([...known].some(key => !wanted.has(key))) return null
  return [...wanted].filter(([key]) => !known.has(key)).map(([, it]) => it)
}

function keyOf(...parts: readonly (string | number | null)[]): string {
  return JSON.stringify(parts)
}

/** The newest, which is the one that people see; the id helps while GitHub's list lags behind. */
async function latestRun(
  place: CheckPlace,
  check: Check,
  knownId: string | null,
  signal: AbortSignal,
): Promise<Run | null> {
  const [latest] = await runsOf(place, check, signal)
  if (latest || knownId === null) return latest ?? null
  const attempt = { to: `read the check "${check.name}" on ${place.fullName}`, signal }
  try {
    const { data } = await place.session.on(place.fullName, attempt, (octokit, request) =>
      octokit.rest.checks.get({ ...at(place), check_run_id: Number(knownId), request }),
    )
    return data.head_sha === check.revision && data.name === check.name ? data : null
  } catch (error) {
    if (error instanceof ForgeError && error.code === 'not-found') return null
    throw error
  }
}

/** Our runs of that name on that commit, the newest first. */
async function runsOf(place: CheckPlace, check: Check, signal: AbortSignal): Promise<readonly Run[]> {
  const attempt = { to: `read the checks of ${check.revision} on ${place.fullName}`, signal }
  const { data } = await place.session.on(place.fullName, attempt, (octokit, request) =>
    octokit.rest.checks.listForRef({
      ...at(place),
      ref: check.revision,
      check_name: check.name,
      app_id: place.appId,
      filter: 'latest',
      per_page: 100,
      request,
    }),
  )
  return data.check_runs
    .filter(it => it.app?.id === place.appId && it.name === check.name)
    .sort((a, b) => b.id - a.id)
}

function at(place: CheckPlace): { owner: string; repo: string } {
  return repositoryOf(place.fullName)
}

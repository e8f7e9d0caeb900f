import { execFile } from 'node:child_process'
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { plainSource } from '../model/application-from.ts'
import type { Plan } from '../model/plan.ts'
import { InvalidInputError } from '../model/problem.ts'
import type { RenderedObject } from '../model/rendered.ts'
import type { TargetOptions } from './commands/options.ts'
import type { LocalEngine } from './local-engine.ts'
import type { Progress } from './output/progress.ts'
import type { PlanProgress } from '../agent/plan/planner.ts'
import { refuseOtherApplication } from './other-application.ts'
import { remember } from './remember.ts'
import { renderTarget } from './render-path.ts'
import { readTarget, type Target } from './target.ts'

const run = promisify(execFile)

export type PlanPathOptions = Pick<
  TargetOptions,
  'application' | 'namespace' | 'prune' | 'createNamespace' | 'takeFrom'
> & {
  readonly base?: string
  /** List what others have put into the objects. */
  readonly unmanaged?: boolean
  readonly progress?: Pick<Progress, 'say' | 'tell'>
}

/**
 * Plans PATH against the cluster; with `base` (a directory or a revision) origins are told apart. Files are relative to `root`, the
 * repository's.
 */
export async function planPath(
  engine: LocalEngine,
  path: string,
  options: PlanPathOptions,
  signal: AbortSignal,
): Promise<{ readonly plan: Plan; readonly root: string }> {
  // The cluster is asked while files are read. Whoever needs its answer meets the failure.
  engine.cluster.discover(signal).catch(() => undefined)
  const target = await readTarget(path, options, engine.clusterName)
  await refuseOtherApplication(engine, target.application, options, signal)
  const { base: from, unmanaged = false, progress } = options
  progress?.say(`rendering ${path}`)
  const [head, base, remembered] = await Promise.all([
    renderTarget(engine, target, { signal }),
    from === undefined ? null : renderBase(engine, target, { base: from, signal }),
    remember(engine, target.application.name, signal, progress?.tell),
  ])
  if (head.length === 0) (progress?.tell ?? (text => process.stderr.write(text)))(`no manifests in ${path}\n`)
  const onProgress = (it: PlanProgress) => progress?.say(() => progressText(it))
  const { application } = target
  const takeFrom = options.takeFrom ?? []
  const request = { application, head, base, revision: null, remembered, unmanaged, takeFrom, onProgress }
  const { plan } = await engine.planner.plan(request, signal)
  return { plan, root: target.root }
}

/** `reading 1,000 live objects`, `comparing 340 of 1,000 objects`. */
function progressText({ step, done, total }: PlanProgress): string {
  const number = (value: number) => value.toLocaleString('en-US')
  return step === 'reading'
    ? `reading ${number(total)} live objects`
    : `comparing ${number(done)} of ${number(total)} objects`
}

async function renderBase(
  engine: LocalEngine,
  target: Target,
  from: { readonly base: string; readonly signal: AbortSignal },
): Promise<readonly RenderedObject[]> {
  const asFolder = await stat(from.base).catch(() => null)
  if (asFolder?.isDirectory())
    return renderTarget(engine, otherFolder(target, from.base), { signal: from.signal })
  const { gitRoot } = target
  if (gitRoot === null)
    throw invalidBase(from.base, 'PATH is in no git repository, so --base has to be a directory')
  const folder = await mkdtemp(join(tmpdir(), 'plumbline-base-'))
  try {
    const repository = await engine.gitCache.open(pathToFileURL(gitRoot).href)
    const revision = await revisionOf(gitRoot, from.base)
    await repository.fetch([revision], null, from.signal)
    await repository.extract(revision, folder, from.signal)
    return await renderTarget(engine, target, {
      folder: join(folder, relative(gitRoot, target.root)),
      signal: from.signal,
    })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** The same application, its one source read from another directory. */
function otherFolder(target: Target, folder: string): Target {
  const place = resolve(folder)
  const inside = !relative(target.root, place).startsWith('..')
  const root = inside ? target.root : place
  const [source] = target.application.sources
  const sources = [{ ...source!, path: plainSource('.', inside ? relative(root, place) : '.').path }]
  return { ...target, root, application: { ...target.application, sources } }
}

async function revisionOf(root: string, name: string): Promise<string> {
  try {
    const { stdout } = await run('git', [
      '-C',
      root,
      'rev-parse',
      '--verify',
      '--end-of-options',
      `${name}^{commit}`,
    ])
    return stdout.trim()
  } catch (cause) {
    throw invalidBase(name, 'give a directory, or a revision that `git rev-parse` knows', cause)
  }
}

function invalidBase(base: string, hint: string, cause?: unknown): InvalidInputError {
  const message = `--base ${base} is neither a directory nor a revision`
  return new InvalidInputError([{ code: 'invalid-base', message, location: null, hint }], { cause })
}

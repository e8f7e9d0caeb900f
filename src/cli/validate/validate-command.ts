import { stat } from 'node:fs/promises'
import { basename, join, relative } from 'node:path'
import { list } from '../../model/phrase.ts'
import { InvalidInputError, type Problem } from '../../model/problem.ts'
import { settingsFile } from '../../model/settings.ts'
import { chartFile } from '../../repository/chart.ts'
import { kustomizationFiles } from '../../repository/kustomization.ts'
import { exitCodes } from '../exit-codes.ts'
import { localCharts } from '../../compose/charts.ts'
import type { ChartOptions } from '../commands/options.ts'
import { openDestination } from '../destination.ts'
import { commandSignal } from '../signal.ts'
import { type ColourChoice, painter, paintFor, wantsColour } from '../output/colour.ts'
import { createProgress } from '../output/progress.ts'
import { problemsText, validatedText } from '../output/validate-text.ts'
import { writeOut } from '../output/write-out.ts'
import { type Validated, validateWorkspace } from './validate-paths.ts'
import { treeOf, type Workspace, workspacesOf } from './workspace.ts'

interface Options extends ChartOptions {
  readonly kubeconfig?: string
  readonly context?: string
  readonly offline?: boolean
  readonly render: boolean
  readonly output: 'text' | 'json'
  readonly color: ColourChoice
  readonly timeout?: number
}

/** Validates and prints; resolves with the exit code. What nobody could look at is no success. */
export async function validateCommand(paths: readonly string[], options: Options): Promise<number> {
  const workspaces = await workspacesOf(paths)
  const progress = createProgress(process.stderr)
  try {
    const signal = commandSignal(options)
    progress.say('asking for the kinds that there are')
    const destination = await openDestination(options, signal)
    const charts = options.offline ? null : localCharts(options, process.env)
    const results: Validated[] = []
    const left = [...workspaces]
    for (let workspace = left.shift(); workspace; workspace = left.shift()) {
      progress.say('reading files')
      const { tree, nested } = await treeOf(workspace)
      left.unshift(...nested)
      const { render } = options
      const request = { workspace, tree, destination, render, charts, onProgress: progress.say }
      results.push(fromHere(await validateWorkspace(request, signal), workspace))
    }
    const result = together(results)
    progress.end()
    print(result, options)
    await refuseNothing(paths, result)
    if (result.skipped.some(it => it.tool !== undefined)) return exitCodes.error
    return result.problems.length === 0 ? exitCodes.same : exitCodes.different
  } finally {
    progress.end()
  }
}

/** An empty folder may be meant; a file that holds nothing for Kubernetes is a mistake in the command. */
async function refuseNothing(paths: readonly string[], result: Validated): Promise<void> {
  const { objects, applications, skipped, problems } = result
  if (objects + applications.length + skipped.length + problems.length > 0) return
  const message = `no manifests in ${list(paths)}`
  const looked = await Promise.all(
    paths.map(async path => (await stat(path)).isFile() && !isAboutManifests(path)),
  )
  if (looked.every(it => !it)) process.stderr.write(`${message}\n`)
  else {
    const hint = 'give files that hold Kubernetes objects, or their folder'
    throw new InvalidInputError([{ code: 'no-manifests', message, location: null, hint }])
  }
}

function isAboutManifests(path: string): boolean {
  return [settingsFile, chartFile, ...kustomizationFiles].includes(basename(path))
}

function print(result: Validated, { output, color }: Options): void {
  if (output === 'json') {
    writeOut(`${JSON.stringify(result, null, 2)}\n`)
    return
  }
  const { env } = process
  const paint = wantsColour(color, process.stdout, env) ? painter(true) : null
  writeOut(problemsText(result.problems, paint))
  if (paint && result.problems.length > 0) writeOut('\n')
  process.stderr.write(validatedText(result, paintFor(process.stderr, { color, env })))
}

/** Files as the person would name them from where the command runs. */
function fromHere(result: Validated, { root }: Workspace): Validated {
  const moved = ({ location, ...rest }: Problem): Problem => ({
    ...rest,
    location: location && { ...location, file: relative(process.cwd(), join(root, location.file)) },
  })
  return { ...result, problems: result.problems.map(moved) }
}

function together(results: readonly Validated[]): Validated {
  const sum = (of: (it: Validated) => number) => results.reduce((all, it) => all + of(it), 0)
  const unknownKinds: Record<string, number> = {}
  for (const [kind, amount] of results.flatMap(it => Object.entries(it.unknownKinds))) {
    unknownKinds[kind] = (unknownKinds[kind] ?? 0) + amount
  }
  return {
    against: results[0]?.against ?? '',
    files: sum(it => it.files),
    objects: sum(it => it.objects),
    applications: results.flatMap(it => it.applications),
    unknownKinds,
    skipped: results.flatMap(it => it.skipped),
    problems: results.flatMap(it => it.problems),
  }
}

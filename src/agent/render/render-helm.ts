import { mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ApplicationSource } from '../../model/application.ts'
import { formatProblem, type Problem, type SourceLocation } from '../../model/problem.ts'
import type { RenderedObject } from '../../model/rendered.ts'
import { chartFile } from '../../repository/chart.ts'
import { parseYamlDocuments } from '../../repository/parse-yaml.ts'
import type { HelmPlace, LaidOutChart, UsedChart } from './helm/laid-out-chart.ts'
import { layOutLocalChart } from './helm/local-chart.ts'
import { helmProblems } from './helm/problems.ts'
import { chartRequestOf, layOutRemoteChart } from './helm/remote-chart.ts'
import { sourceComments } from './helm/source-comments.ts'
import {
  fileArguments,
  findParameterFiles,
  findValueFiles,
  parameterArguments,
  type ValueFile,
  valuesArgument,
} from './helm/values.ts'
import { lookUp } from './inside.ts'
import { objectsFrom, type Objects } from './objects.ts'
import type { RenderRequest } from './renderer.ts'
import { runTool } from './run-tool.ts'

export interface HelmObjects extends Objects {
  /** Charts from elsewhere that took part. */
  readonly charts: readonly UsedChart[]
}

/**
 * `helm template` of a chart in the repository or from elsewhere: hooks and CRDs included, tests left out, nothing looked up in the
 * cluster. What has to be fetched is fetched before; helm itself asks nobody.
 */
export async function renderHelm(
  request: RenderRequest,
  source: ApplicationSource,
  place: HelmPlace,
  signal: AbortSignal,
): Promise<HelmObjects> {
  const scratch = await realpath(await mkdtemp(join(place.scratchFolder, 'helm-')))
  try {
    const chart = await layOut(request, source, { place, scratch, signal })
    const rendered = await renderChart(chart, { request, source, place, scratch, signal })
    return { ...rendered, charts: chart.used }
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}

interface Run {
  readonly request: RenderRequest
  readonly source: ApplicationSource
  readonly place: HelmPlace
  readonly scratch: string
  readonly signal: AbortSignal
}

async function layOut(
  request: RenderRequest,
  source: ApplicationSource,
  { place, scratch, signal }: Pick<Run, 'place' | 'scratch' | 'signal'>,
): Promise<LaidOutChart> {
  const wanted = chartRequestOf(source)
  if (wanted) return layOutRemoteChart(wanted, request.application.definedIn, { place, scratch, signal })
  return layOutLocalChart(
    { root: await realpath(request.folder), folder: source.path },
    place,
    scratch,
    signal,
  )
}

async function renderChart(chart: LaidOutChart, run: Run): Promise<Objects> {
  const { request, source, place, scratch, signal } = run
  const checkout = await realpath(request.folder)
  const { application, inRepository } = request
  const values = { application, checkout, chart, inRepository }
  // Without the chart it cannot be told which of its files are there.
  const canLook = !chart.isRemote || chart.problems.length === 0
  const nothing = { files: [], problems: [] }
  const valueFiles = canLook ? await findValueFiles(source, values) : nothing
  const parameterFiles = canLook ? await findParameterFiles(source, values) : nothing
  const inline = inlineProblems(source, request)
  const problems = [...chart.problems, ...valueFiles.problems, ...parameterFiles.problems, ...inline]
  if (problems.length > 0) return { objects: [], problems }

  const inlineFiles = source.helm.values === null ? [] : [join(scratch, 'inline-values.yaml')]
  for (const file of inlineFiles) await writeFile(file, source.helm.values ?? '')
  const files = parameterFiles.files.map(it => it.file)
  const subject = chart.isRemote ? `the chart ${source.chart ?? source.repoURL}` : source.path
  const rendered = await place.turn(() =>
    runTool({
      name: 'helm',
      binary: place.binary,
      args: [
        'template',
        ...destinationArguments(request, source),
        ...(source.helm.skipSchemaValidation ? ['--skip-schema-validation'] : []),
        ...[...valueFiles.files.map(it => it.file), ...inlineFiles].flatMap(valuesArgument),
        ...parameterArguments(source.helm.parameters),
        ...fileArguments(source.helm.fileParameters, files),
        // A release name such as `--set-file=x=/etc/passwd` is a name, not a flag.
        '--',
        source.helm.releaseName ?? application.name,
        chart.path,
      ],
      scratch,
      environment: helmEnvironment(scratch),
      subject,
      limits: place.limits,
      signal,
    }),
  )
  if (rendered.succeeded) return traced(rendered.stdout, chart, place, signal)
  const found = await helmProblems({
    stderr: rendered.stderr,
    folders: [`${scratch}/`, `${chart.root}/`, `${checkout}/`],
    valueFiles: [...(await ownValues(chart)), ...valueFiles.files],
    parameterFiles: parameterFiles.files,
    inline: source.helm,
    finder: chart.finder,
    otherwise: chart.isRemote ? chart.standIn : chartLocation(chart),
  })
  return { objects: [], problems: found }
}

function chartLocation({ folder }: LaidOutChart): SourceLocation {
  return { file: folder === '.' ? chartFile : `${folder}/${chartFile}`, line: 1 }
}

async function ownValues({ root, folder, isRemote }: LaidOutChart): Promise<readonly ValueFile[]> {
  const shown = folder === '.' ? 'values.yaml' : `${folder}/values.yaml`
  if ((await lookUp(root, shown)).kind !== 'file') return []
  return [{ file: join(root, shown), shown, inRepository: !isRemote }]
}

function inlineProblems(source: ApplicationSource, request: RenderRequest): readonly Problem[] {
  return parseYamlDocuments(source.helm.values ?? '', 'values').problems.map(problem => ({
    ...problem,
    message: `the inline values of helm, line ${problem.location?.line}: ${problem.message}`,
    location: request.application.definedIn,
  }))
}

function destinationArguments(
  { application, destination }: RenderRequest,
  { helm }: ApplicationSource,
): readonly string[] {
  const kubernetesVersion = helm.kubeVersion ?? destination.kubernetesVersion
  const apiVersions = helm.apiVersions.length > 0 ? helm.apiVersions : destination.apiVersions
  return [
    '--namespace',
    helm.namespace ?? application.destination.namespace,
    helm.skipCrds ? '--skip-crds' : '--include-crds',
    '--skip-tests',
    ...(kubernetesVersion ? ['--kube-version', kubernetesVersion] : []),
    ...(apiVersions.length > 0 ? ['--api-versions', apiVersions.join(',')] : []),
  ]
}

function helmEnvironment(scratch: string): Record<string, string> {
  return {
    HELM_CACHE_HOME: join(scratch, 'helm/cache'),
    HELM_CONFIG_HOME: join(scratch, 'helm/config'),
    HELM_DATA_HOME: join(scratch, 'helm/data'),
    HELM_PLUGINS: join(scratch, 'helm/plugins'),
    KUBECONFIG: '/dev/null',
  }
}

async function traced(
  output: string,
  { finder, standIn }: LaidOutChart,
  place: HelmPlace,
  signal: AbortSignal,
): Promise<Objects> {
  const templateAt = sourceComments(output)
  const parsed = await place.documents.parse(output, 'output', place.limits, signal)
  // A document's place in the output first; each is then traced to its template.
  const read = objectsFrom(parsed.documents, (document, path) => ({
    file: 'output',
    ...document.positionOf(path),
  }))
  const objects: RenderedObject[] = []
  for (const { object, source } of read.objects) {
    const template = templateAt(source?.line ?? 0)
    const found = template === null ? null : await finder.locate(template, object.kind, object.metadata.name)
    objects.push({ object, source: found ?? standIn })
  }
  const problems: Problem[] = []
  for (const problem of [...parsed.problems, ...read.problems]) {
    const template = templateAt(problem.location?.line ?? 0)
    const file = template === null ? null : await finder.fileOf(template)
    const message = `${formatProblem({ ...problem, location: null, hint: null })}, in what ${template ?? 'the chart'} renders`
    problems.push({ ...problem, message, location: file === null ? standIn : { file, line: 1 } })
  }
  return { objects, problems }
}

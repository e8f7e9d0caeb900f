import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import type { ApplicationSource } from '../../model/application.ts'
import { formatProblem, type Problem } from '../../model/problem.ts'
import type { RenderedObject } from '../../model/rendered.ts'
import { parseYamlDocuments } from '../../repository/parse-yaml.ts'
import { type ChartWalk, walkChart } from './helm/chart.ts'
import { helmProblems } from './helm/problems.ts'
import { createTemplateFinder, sourceComments } from './helm/source-comments.ts'
import { findValueFiles, parameterArguments, valuesArgument } from './helm/values.ts'
import { entriesBelow } from './inside.ts'
import { copyFolders } from './kustomize/copy.ts'
import { objectsFrom, type Objects } from './objects.ts'
import type { ToolPlace } from './render-kustomize.ts'
import type { RenderRequest } from './renderer.ts'
import { runTool } from './run-tool.ts'

/** `helm template` of a chart in the repository: hooks and CRDs included, tests left out, nothing looked up anywhere. */
export async function renderHelm(
  request: RenderRequest,
  source: ApplicationSource,
  place: ToolPlace,
  signal: AbortSignal,
): Promise<Objects> {
  const root = await realpath(request.folder)
  const walk = await walkChart(root, source.path)
  const values = await findValueFiles(root, source, request.application, request.inRepository)
  const links = await unsafeLinks(root, walk, place)
  const inline = inlineProblems(source, request)
  const problems = [...walk.problems, ...values.problems, ...inline, ...links]
  if (problems.length > 0) return { objects: [], problems }

  const scratch = await realpath(await mkdtemp(join(place.scratchFolder, 'helm-')))
  try {
    const chart = await chartFolder(root, source.path, walk, { ...place, scratchFolder: scratch })
    const inlineFiles = source.helm.values === null ? [] : [join(scratch, 'inline-values.yaml')]
    for (const file of inlineFiles) await writeFile(file, source.helm.values ?? '')
    const rendered = await runTool({
      name: 'helm',
      binary: place.binary,
      args: [
        'template',
        ...destinationArguments(request, source),
        ...[...values.files.map(file => join(root, file)), ...inlineFiles].flatMap(valuesArgument),
        ...parameterArguments(source.helm.parameters),
        // A release name such as `--set-file=x=/etc/passwd` is a name, not a flag.
        '--',
        source.helm.releaseName ?? request.application.name,
        chart,
      ],
      scratch,
      environment: helmEnvironment(scratch),
      subject: source.path,
      limits: place.limits,
      signal,
    })
    const finder = createTemplateFinder(root, source.path, walk)
    if (!rendered.succeeded) {
      const failure = {
        stderr: rendered.stderr,
        root,
        scratch,
        folder: source.path,
        valueFiles: values.files,
        inline: source.helm,
      }
      return { objects: [], problems: await helmProblems({ ...failure, fileOf: finder.fileOf }) }
    }
    return await traced(rendered.stdout, finder, place, signal)
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
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
  source: ApplicationSource,
): readonly string[] {
  return [
    '--namespace',
    application.destination.namespace,
    source.helm.skipCrds ? '--skip-crds' : '--include-crds',
    '--skip-tests',
    ...(destination.kubernetesVersion ? ['--kube-version', destination.kubernetesVersion] : []),
    ...(destination.apiVersions.length > 0 ? ['--api-versions', destination.apiVersions.join(',')] : []),
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

/** helm follows symlinks inside of a chart. */
async function unsafeLinks(root: string, walk: ChartWalk, place: ToolPlace): Promise<readonly Problem[]> {
  const found = await Promise.all(walk.folders.map(folder => entriesBelow(root, folder, place.limits)))
  return found.flatMap(it => it.problems)
}

/** The chart as it lies in the checkout; with `file://` dependencies, a copy that holds them in its `charts/`. */
async function chartFolder(root: string, folder: string, walk: ChartWalk, place: ToolPlace): Promise<string> {
  if (walk.vendored.length === 0) return join(root, folder)
  const tree = join(place.scratchFolder, 'tree')
  await copyFolders(root, walk.folders, tree, place.limits)
  for (const { from, to } of walk.vendored) {
    await mkdir(join(tree, to, '..'), { recursive: true })
    await symlink(relative(join(tree, to, '..'), join(tree, from)), join(tree, to))
  }
  return join(tree, folder)
}

async function traced(
  output: string,
  finder: ReturnType<typeof createTemplateFinder>,
  place: ToolPlace,
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
    objects.push({ object, source: found })
  }
  const problems: Problem[] = []
  for (const problem of [...parsed.problems, ...read.problems]) {
    const template = templateAt(problem.location?.line ?? 0)
    const file = template === null ? null : await finder.fileOf(template)
    const message = `${formatProblem({ ...problem, location: null, hint: null })}, in what ${template ?? 'the chart'} renders`
    problems.push({ ...problem, message, location: file === null ? null : { file, line: 1 } })
  }
  return { objects, problems }
}

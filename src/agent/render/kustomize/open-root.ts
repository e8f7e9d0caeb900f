import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Problem } from '../../../model/problem.ts'
import {
  type KustomizationReading,
  kustomizationFiles,
  readKustomization,
} from '../../../repository/kustomization.ts'
import { parseYamlDocuments } from '../../../repository/parse-yaml.ts'
import type { RepositoryPath } from '../../../repository/paths.ts'
import type { CheckoutView } from '../checkout-view.ts'

/** One folder with a kustomization in it. */
export interface KustomizeRoot {
  readonly folder: RepositoryPath
  /** The kustomization's own path. */
  readonly file: RepositoryPath
  readonly reading: KustomizationReading
}

interface OpenedRoot {
  readonly root: KustomizeRoot | null
  readonly problems: readonly Problem[]
}

const bytesOfReading = 2_000

/** Reads the kustomization of a folder. `from` is who lists the folder, null for the one asked for. */
export async function openRoot(
  view: CheckoutView,
  folder: RepositoryPath,
  from: Problem['location'],
): Promise<OpenedRoot> {
  const opened = await view.once(
    `kustomization ${folder}`,
    () => readRoot(view, folder),
    ({ root }) => bytesOfReading * (1 + (root?.reading.references.length ?? 0)),
  )
  return { ...opened, problems: opened.problems.map(it => ({ ...it, location: it.location ?? from })) }
}

const maxKustomizationBytes = 1024 * 1024

async function readRoot(view: CheckoutView, folder: RepositoryPath): Promise<OpenedRoot> {
  const problem = (code: string, message: string, hint: string | null) => ({
    root: null,
    problems: [{ code, message, location: null, hint }],
  })
  const present: string[] = []
  for (const name of kustomizationFiles) {
    if ((await view.lookUp(join(folder, name))).kind === 'file') present.push(name)
  }
  if (present.length === 0) {
    const message = `${folder} holds no ${kustomizationFiles[0]}`
    return problem('missing-file', message, 'list its files one by one, or add a kustomization.yaml to it')
  }
  if (present.length > 1) {
    return problem('kustomize-failed', `${folder} holds both ${present.join(' and ')}`, 'keep one of them')
  }
  const file = folder === '.' ? present[0]! : `${folder}/${present[0]}`
  const content = await readFile(join(view.root, file))
  if (content.length > maxKustomizationBytes) {
    return problem('render-limit', `${file} has more than ${maxKustomizationBytes} bytes`, null)
  }
  const reading = readKustomization(content, file)
  const charts = Object.keys(reading.value ?? {}).find(key =>
    /^(helmCharts|helmChartInflationGenerator)$/i.test(key),
  )
  const problems = charts ? [...reading.problems, chartsRefused(content, file, charts)] : reading.problems
  return { root: { folder, file, reading }, problems }
}

function chartsRefused(content: Uint8Array, file: string, field: string): Problem {
  const [document] = parseYamlDocuments(content, file).documents
  return {
    code: 'kustomize-failed',
    message: `${field} is not supported: kustomize would run helm, and fetch charts by itself`,
    location: { file, ...(document?.positionOf([field]) ?? { line: null }) },
    hint: 'make the chart a source of its own (spec.sources)',
  }
}

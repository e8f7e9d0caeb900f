import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Problem, SourceLocation } from '../../../model/problem.ts'
import { chartFile } from '../../../repository/chart.ts'
import { parseYamlDocuments } from '../../../repository/parse-yaml.ts'
import type { RepositoryPath } from '../../../repository/paths.ts'
import { lookUp } from '../inside.ts'
import { withoutValues } from '../without-values.ts'

export interface HelmFailure {
  readonly stderr: string
  readonly root: string
  readonly scratch: string
  readonly folder: RepositoryPath
  readonly valueFiles: readonly RepositoryPath[]
  fileOf(template: string): Promise<RepositoryPath | null>
}

/** What a failed `helm template` is about, at the template's line when helm names one. */
export async function helmProblems(failure: HelmFailure): Promise<readonly Problem[]> {
  const broken = await brokenValues(failure)
  if (broken.length > 0) return broken
  const message = cleaned(failure)
  const location = (await templateLocation(message, failure)) ?? {
    file: `${failure.folder}/${chartFile}`.replace(/^\.\//, ''),
    line: 1,
  }
  return [{ code: 'helm-failed', message, location, hint: hintFor(message) }]
}

async function brokenValues({ root, folder, valueFiles }: HelmFailure): Promise<readonly Problem[]> {
  const files = [folder === '.' ? 'values.yaml' : `${folder}/values.yaml`, ...valueFiles]
  const problems: Problem[] = []
  for (const file of files) {
    if ((await lookUp(root, file)).kind !== 'file') continue
    problems.push(...parseYamlDocuments(await readFile(join(root, file)), file).problems)
  }
  return problems
}

const longestMessage = 800

function cleaned({ stderr, root, scratch }: HelmFailure): string {
  const text = withoutValues(
    stderr
      .replaceAll(`${scratch}/`, '')
      .replaceAll(`${root}/`, '')
      .split('\n')
      .map(line => line.trim())
      .filter(line => line !== '' && !/^(WARNING|walk\.go|level=WARN|Use --debug flag)/.test(line))
      .join(' ')
      .replace(/^Error: (INSTALLATION FAILED: )?/, ''),
  )
  return text.length > longestMessage ? `${text.slice(0, longestMessage)}...` : text
}

/** `web/templates/a.yaml:12:20: executing ...` and `YAML parse error on web/templates/a.yaml: ...` */
async function templateLocation(message: string, failure: HelmFailure): Promise<SourceLocation | null> {
  const places = [
    ...message.matchAll(/([\w.-]+\/(?:[\w.-]+\/)*[\w.-]+\.(?:ya?ml|tpl|txt|json))(?::(\d+))?(?::(\d+))?/g),
  ]
  // The last place named is the innermost, where the template really failed; one without a line only repeats it.
  const innermost = places
    .toReversed()
    .sort((a, b) => Number(b[2] !== undefined) - Number(a[2] !== undefined))
  for (const [, template, line, column] of innermost) {
    const file = await failure.fileOf(template!)
    if (file === null) continue
    return { file, line: line ? Number(line) : 1, ...(column ? { column: Number(column) } : {}) }
  }
  return null
}

function hintFor(message: string): string | null {
  if (/YAML parse error/.test(message))
    return 'what the template renders is no YAML; its line counts in the rendered text'
  if (/nil pointer evaluating/.test(message)) return 'a value that the template reads is not set'
  if (/specifications of the schema/.test(message))
    return "change the values to what the chart's values.schema.json asks for"
  if (/chart requires kubeVersion/.test(message))
    return "the chart does not support the destination cluster's version"
  return null
}

import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ApplicationSource } from '../../../model/application.ts'
import type { Problem, SourceLocation } from '../../../model/problem.ts'
import { chartFile } from '../../../repository/chart.ts'
import { parseYamlDocuments } from '../../../repository/parse-yaml.ts'
import type { RepositoryPath } from '../../../repository/paths.ts'
import { lookUp } from '../inside.ts'
import { collectTexts, withoutValues } from '../without-values.ts'

export interface HelmFailure {
  readonly stderr: string
  readonly root: string
  readonly scratch: string
  readonly folder: RepositoryPath
  readonly valueFiles: readonly RepositoryPath[]
  readonly inline: Pick<ApplicationSource['helm'], 'values' | 'parameters'>
  fileOf(template: string): Promise<RepositoryPath | null>
}

/** What a failed `helm template` is about, at the template's line when helm names one. */
export async function helmProblems(failure: HelmFailure): Promise<readonly Problem[]> {
  const broken = await brokenValues(failure)
  if (broken.length > 0) return broken
  const said = cleaned(failure)
  const message = shortened(withoutValues(said, await valueTexts(failure)))
  const location = (await templateLocation(said, failure)) ?? {
    file: `${failure.folder}/${chartFile}`.replace(/^\.\//, ''),
    line: 1,
  }
  return [{ code: 'helm-failed', message, location, hint: hintFor(message) }]
}

async function brokenValues(failure: HelmFailure): Promise<readonly Problem[]> {
  return (await parsedValues(failure)).flatMap(it => it.problems)
}

async function parsedValues({ root, folder, valueFiles }: HelmFailure) {
  const files = [folder === '.' ? 'values.yaml' : `${folder}/values.yaml`, ...valueFiles]
  const parsed: ReturnType<typeof parseYamlDocuments>[] = []
  for (const file of files) {
    if ((await lookUp(root, file)).kind !== 'file') continue
    parsed.push(parseYamlDocuments(await readFile(join(root, file)), file))
  }
  return parsed
}

/** Any value may be meant for a Secret. */
async function valueTexts(failure: HelmFailure): Promise<ReadonlySet<string>> {
  const { values, parameters } = failure.inline
  const inline = parseYamlDocuments(values ?? '', 'values').documents
  const found = new Set<string>()
  for (const { value } of [...(await parsedValues(failure)).flatMap(it => it.documents), ...inline]) {
    collectTexts(value, found, null)
  }
  for (const { value } of parameters) found.add(value.replace(/^\{|\}$/g, '').trim())
  return found
}

const longestMessage = 800

function cleaned({ stderr, root, scratch }: HelmFailure): string {
  return stderr
    .replaceAll(`${scratch}/`, '')
    .replaceAll(`${root}/`, '')
    .split('\n')
    .map(line => line.trim())
    .filter(line => line !== '' && !/^(WARNING|walk\.go|level=|Use --debug flag)/.test(line))
    .join(' ')
    .replace(/^Error: (INSTALLATION FAILED: )?/, '')
}

function shortened(message: string): string {
  return message.length > longestMessage ? `${message.slice(0, longestMessage)}...` : message
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

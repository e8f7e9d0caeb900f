import { readFile } from 'node:fs/promises'
import type { ApplicationSource } from '../../../model/application.ts'
import type { Problem, SourceLocation } from '../../../model/problem.ts'
import { parseYamlDocuments } from '../../../repository/parse-yaml.ts'
import { collectTexts, withoutValues } from '../without-values.ts'
import type { TemplateFinder } from './source-comments.ts'
import type { ValueFile } from './values.ts'

export interface HelmFailure {
  readonly stderr: string
  /** Absolute folders that mean nothing to people, with a slash at the end. */
  readonly folders: readonly string[]
  /** Whose values went in: the chart's own first, then the value files. */
  readonly valueFiles: readonly ValueFile[]
  /** Files that are values themselves. */
  readonly parameterFiles: readonly ValueFile[]
  readonly inline: Pick<ApplicationSource['helm'], 'values' | 'parameters'>
  readonly finder: TemplateFinder
  /** Where it stands when no file of the repository is told. */
  readonly otherwise: SourceLocation | null
}

/** What a failed `helm template` is about, at the template's line when helm names one. */
export async function helmProblems(failure: HelmFailure): Promise<readonly Problem[]> {
  const parsed = await parsedValues(failure)
  const broken = parsed.flatMap(({ problems }) => problems)
  if (broken.length > 0) return broken
  const said = cleaned(failure)
  const message = shortened(withoutValues(said, await valueTexts(failure, parsed)))
  const location = (await templateLocation(said, failure)) ?? failure.otherwise
  return [{ code: 'helm-failed', message, location, hint: hintFor(message) }]
}

interface ParsedValues {
  readonly values: readonly unknown[]
  readonly problems: readonly Problem[]
}

function parsedValues({ valueFiles, otherwise }: HelmFailure): Promise<readonly ParsedValues[]> {
  return Promise.all(
    valueFiles.map(async ({ file, shown, inRepository }) => {
      const { documents, problems } = parseYamlDocuments(await readFile(file), shown)
      const values = documents.map(it => it.value)
      if (inRepository) return { values, problems }
      // A file of an archive is no place that anybody can be sent to.
      const moved = problems.map(it => ({
        ...it,
        message: `${shown} of the chart, line ${it.location?.line}: ${it.message}`,
        location: otherwise,
      }))
      return { values, problems: moved }
    }),
  )
}

/** Any value may be meant for a Secret. */
async function valueTexts(
  { inline, parameterFiles }: HelmFailure,
  parsed: readonly ParsedValues[],
): Promise<ReadonlySet<string>> {
  const { values, parameters } = inline
  const found = new Set<string>()
  const written = parseYamlDocuments(values ?? '', 'values').documents.map(it => it.value)
  for (const value of [...parsed.flatMap(it => it.values), ...written]) collectTexts(value, found, null)
  for (const { file } of parameterFiles) found.add((await readFile(file, 'utf8')).trim())
  for (const { value } of parameters) found.add(value.replace(/^\{|\}$/g, '').trim())
  return found
}

const longestMessage = 800

function cleaned({ stderr, folders }: HelmFailure): string {
  return folders
    .reduce((text, folder) => text.replaceAll(folder, ''), stderr)
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
    const file = await failure.finder.fileOf(template!)
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

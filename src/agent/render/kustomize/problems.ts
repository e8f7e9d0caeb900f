import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Problem, SourceLocation } from '../../../model/problem.ts'
import { parseYamlDocuments } from '../../../repository/parse-yaml.ts'
import { withTemplateHint } from '../../../repository/yaml-problems.ts'
import { withoutValues } from '../without-values.ts'
import { secretTexts } from './secret-texts.ts'
import type { KustomizeWalk } from './walk.ts'

/**
 * What a failed build is about. kustomize names no lines, and its words repeat themselves once for each folder; so the
 * resources are read here first, and else the line is found that lists what kustomize names.
 */
export async function kustomizeProblems(
  stderr: string,
  walk: KustomizeWalk,
  place: { readonly root: string; readonly scratch: string },
): Promise<readonly Problem[]> {
  const broken = await brokenResources(place.root, walk)
  if (broken.length > 0) return broken
  const said = condensed(stderr, [place.scratch, place.root])
  const message = shortened(withoutValues(said, await secretTexts(place.root, walk)))
  return [{ code: 'kustomize-failed', message, location: locate(said, walk), hint: hintFor(message) }]
}

/** What is wrong with the resources as they are written: kustomize itself may end at it without words, or not at all. */
export async function brokenResources(root: string, walk: KustomizeWalk): Promise<readonly Problem[]> {
  const broken: Problem[] = []
  for (const file of walk.resources) {
    const content = await readFile(join(root, file))
    broken.push(...withTemplateHint(parseYamlDocuments(content, file).problems, content))
  }
  return broken
}

const longestMessage = 800

function shortened(message: string): string {
  return message.length > longestMessage ? `${message.slice(0, longestMessage)}...` : message
}

/** Without our own paths, and without the chain of "accumulating resources from" that leads to the reason. */
function condensed(stderr: string, folders: readonly string[]): string {
  const text = folders
    .reduce((said, it) => said.replaceAll(`${it}/`, '').replaceAll(it, '.'), stderr)
    .split('\n')
    .filter(line => !/^# Warning|^$/.test(line))
    .join(' ')
    .replace(/^Error: /, '')
    .replace(/ ?&\{0x[^}]*\}/g, '')
  const accumulation = /^.*accumulation err='(.*)': must build at directory: .*$/.exec(text)?.[1] ?? text
  const reason = accumulation.replace(
    /^(?:accumulating (?:resources|components)(?: from '[^']*')?: (?:recursed \w+ of path '[^']*': )?)+/,
    '',
  )
  return reason || text
}

function locate(message: string, walk: KustomizeWalk): SourceLocation | null {
  const references = walk.roots.flatMap(root =>
    root.reading.references.map(reference => ({
      root,
      reference,
      name: reference.target.replace(/^(\.\.?\/)+/, ''),
    })),
  )
  const named = references
    .filter(it => message.includes(it.name))
    .sort((a, b) => b.name.length - a.name.length)[0]
  if (named) return { file: named.root.file, ...named.reference.position }
  const file =
    walk.resources.find(it => message.includes(it)) ?? walk.roots.find(it => message.includes(it.file))?.file
  const first = walk.roots[0]?.file
  return file ? { file, line: 1 } : (patchTarget(message, walk) ?? (first ? { file: first, line: 1 } : null))
}

/** "no matches for Id Deployment.v1.apps/web; failed to find unique target for patch" */
function patchTarget(message: string, walk: KustomizeWalk): SourceLocation | null {
  const name =
    /no matches for Id [^/;]*\/([^.;\s]+)/.exec(message)?.[1] ?? /Target .* Name: *(\S+)/.exec(message)?.[1]
  if (!name) return null
  for (const root of walk.roots) {
    const text = JSON.stringify(
      root.reading.value?.['patches'] ?? root.reading.value?.['patchesStrategicMerge'] ?? [],
    )
    const reference = root.reading.references.find(it => it.field.toLowerCase().startsWith('patches'))
    if (text.includes(name)) return { file: root.file, ...(reference?.position ?? { line: 1 }) }
  }
  return null
}

function hintFor(message: string): string | null {
  if (/no matches for Id|unable to find (patch )?target/i.test(message)) {
    return 'a patch names something that is not built here: check its kind, name and namespace'
  }
  if (/unknown field/.test(message)) return 'check the spelling of that field in the kustomization'
  if (/may not add resource with an already registered id/i.test(message)) {
    return 'two files define the same object: drop one of them from resources'
  }
  if (/behavior must be merge or replace/.test(message)) {
    return 'a generator makes what is already there: give it another name, or behavior: merge or replace'
  }
  if (/cycle detected/.test(message)) return 'a kustomization cannot build upon a folder that holds it'
  return null
}

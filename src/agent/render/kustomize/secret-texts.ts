import { readFile } from 'node:fs/promises'
import { folded } from '../../../repository/kustomization.ts'
import { parseYamlDocuments } from '../../../repository/parse-yaml.ts'
import { resolveInside } from '../../../repository/paths.ts'
import { lookUp } from '../inside.ts'
import { collectTexts } from '../without-values.ts'
import type { KustomizeRoot } from './open-root.ts'
import type { KustomizeWalk } from './walk.ts'

/** Fields below which a Secret's content is written: in manifests, in patches, and as operations on them. */
const contentFields: ReadonlySet<string> = new Set(['data', 'stringdata', 'value'])

const mostBytes = 256 * 1024

/** What may be content of Secrets in all that a build reads, for its error texts. */
export async function secretTexts(root: string, walk: KustomizeWalk): Promise<ReadonlySet<string>> {
  const found = new Set<string>()
  for (const file of walk.resources) await collectFile(root, file, found)
  for (const it of walk.roots) {
    collectTexts(it.reading.value, found, contentFields)
    collectLiterals(it, found)
    for (const { target, expects, field } of it.reading.references) {
      const file = expects === 'file' || expects === 'plugin' ? resolveInside(it.folder, target) : null
      if (file === null) continue
      if (folded(field) === 'secretgenerator') await collectContent(root, file, found)
      else await collectFile(root, file, found)
    }
  }
  return found
}

async function collectFile(root: string, file: string, found: Set<string>): Promise<void> {
  const content = await contentOf(root, file)
  for (const { value } of parseYamlDocuments(content, file).documents) {
    collectTexts(value, found, contentFields)
  }
}

/** A generator's file is one value, or one on each line. */
async function collectContent(root: string, file: string, found: Set<string>): Promise<void> {
  const content = await contentOf(root, file)
  found.add(content.trim())
  for (const line of content.split('\n')) addAssigned(line, found)
}

function collectLiterals({ reading }: KustomizeRoot, found: Set<string>): void {
  for (const [field, generators] of Object.entries(reading.value ?? {})) {
    if (folded(field) !== 'secretgenerator') continue
    const literals = new Set<string>()
    collectTexts(generators, literals, new Set(['literals']))
    for (const literal of literals) addAssigned(literal, found)
  }
}

/** `key=value`, or a value alone where the key was forgotten. */
function addAssigned(text: string, found: Set<string>): void {
  found.add(text.trim())
  const value = text.slice(text.indexOf('=') + 1).trim()
  found.add(value)
  found.add(value.replace(/^(["'])(.*)\1$/, '$2'))
}

async function contentOf(root: string, file: string): Promise<string> {
  const target = await lookUp(root, file)
  if (target.kind !== 'file') return ''
  const content = await readFile(target.real)
  return content.length > mostBytes ? '' : content.toString('utf8')
}

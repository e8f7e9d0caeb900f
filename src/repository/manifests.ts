import type { Problem } from '../model/problem.ts'
import { settingsFile } from '../model/settings.ts'
import { chartFile } from './chart.ts'
import { type FoundKustomization, isHidden, isKustomization, tooLarge } from './kustomizations.ts'
import { parseYamlDocuments } from './parse-yaml.ts'
import { folderOf, foldersAbove, type RepositoryPath } from './paths.ts'
import type { Tree, TreeFile } from './tree.ts'
import type { YamlDocument } from './yaml-document.ts'
import { templateHint } from './yaml-problems.ts'

/** A file with documents that may be Kubernetes objects. */
export interface Manifest {
  readonly file: RepositoryPath
  readonly documents: readonly YamlDocument[]
  /**
   * `whole`: objects as they are applied. `part`: what a kustomization builds on or patches with, which may lack what another file
   * brings. `content`: no manifest, whatever it looks like.
   */
  readonly role: 'whole' | 'part' | 'content'
}

export interface Manifests {
  readonly manifests: readonly Manifest[]
  readonly problems: readonly Problem[]
}

const maxBytes = 8 * 1024 * 1024
const filesPerRead = 200

/** Reads the YAML files and the JSON manifests of a tree that `includes` a path. Templates of charts are neither. */
export async function readManifests(
  tree: Tree,
  options: {
    readonly includes: (path: RepositoryPath) => boolean
    readonly kustomizations: readonly FoundKustomization[]
  },
  signal: AbortSignal,
): Promise<Manifests> {
  const charts = chartFolders(tree)
  const wanted = tree.files.filter(
    it => mayBeManifest(it) && options.includes(it.path) && !isTemplate(it.path, charts),
  )
  const roles = rolesFrom(options.kustomizations)
  const manifests: Manifest[] = []
  const problems: Problem[] = []
  for (let at = 0; at < wanted.length; at += filesPerRead) {
    const some = wanted.slice(at, at + filesPerRead)
    const texts = await tree.read(some, maxBytes, signal)
    for (const [index, { path }] of some.entries()) {
      const text = texts[index]
      if (text == null) {
        problems.push(tooLarge(path, maxBytes))
        continue
      }
      if (path.endsWith('.json') && !isJsonManifest(text)) continue
      const parsed = parseYamlDocuments(text, path)
      problems.push(...hinted(parsed.problems, text))
      manifests.push({ file: path, documents: parsed.documents, role: roles.get(path) ?? 'whole' })
    }
  }
  return { manifests, problems }
}

/** Folders that hold a `Chart.yaml`. */
export function chartFolders(tree: Tree): ReadonlySet<RepositoryPath> {
  const isChart = ({ path }: TreeFile) => path === chartFile || path.endsWith(`/${chartFile}`)
  return new Set(tree.files.filter(isChart).map(it => folderOf(it.path)))
}

function mayBeManifest(file: TreeFile): boolean {
  const { path, symlink } = file
  return (
    !symlink &&
    /\.(ya?ml|json)$/.test(path) &&
    path !== settingsFile &&
    !isHidden(path) &&
    !isKustomization(file)
  )
}

function isTemplate(path: RepositoryPath, charts: ReadonlySet<RepositoryPath>): boolean {
  return foldersAbove(path).some(folder => folder.endsWith('templates') && charts.has(folderOf(folder)))
}

/** Most JSON is something else, and may be written in dialects of its own. */
function isJsonManifest(text: string): boolean {
  return /"apiVersion"\s*:/.test(text) && /"kind"\s*:/.test(text)
}

function rolesFrom(kustomizations: readonly FoundKustomization[]): ReadonlyMap<string, Manifest['role']> {
  const roles = new Map<string, Manifest['role']>()
  for (const { uses } of kustomizations) {
    for (const { path, as } of uses) {
      const role = as === 'content' ? 'content' : 'part'
      // What is built on is a manifest, though another kustomization may read it as content too.
      if (roles.get(path) !== 'part') roles.set(path, role)
    }
  }
  return roles
}

function hinted(problems: readonly Problem[], text: string): readonly Problem[] {
  const hint = problems.length > 0 ? templateHint(text) : null
  return hint === null ? problems : problems.map(problem => ({ ...problem, hint }))
}

import { editYaml, type YamlEdit, type YamlPath } from '../../../repository/edit/edit-yaml.ts'
import { parseYamlDocuments } from '../../../repository/parse-yaml.ts'
import { resolveInside } from '../../../repository/paths.ts'
import { type Candidate, changeAt, editedAt, editing, isMap, valueIn, type YamlPlace } from '../candidate.ts'
import { pathOfSteps, wholeOf } from '../document-place.ts'
import type { Scene } from '../scene.ts'
import type { WorkingCopy } from '../working-copy.ts'
import { intoPatch, mergeOf, says } from './merge-patch.ts'
import { below, listOf, type Root } from './roots.ts'

/** A patch that a kustomization lists: a file of its own, or text in place. */
interface Patch {
  readonly text: string
  /** What `target` says, if it does. */
  readonly target: unknown
  edit(place: { readonly document: number; readonly path: YamlPath }, edits: readonly YamlEdit[]): Candidate
}

export interface Patched {
  /** Edits of patches that say the field. */
  readonly says: readonly Candidate[]
  /** Edits of patches of the object that could say the field. */
  readonly could: readonly Candidate[]
}

export async function inPatches(
  root: Root,
  scene: Scene,
  canEdit: (path: string) => boolean,
): Promise<Patched> {
  const found: { says: Candidate[]; could: Candidate[] } = { says: [], could: [] }
  for (const patch of await patchesOf(root, scene.copy, canEdit)) {
    for (const [document, { value }] of parseYamlDocuments(patch.text, '').documents.entries()) {
      const at = (path: YamlPath) => ({ document, path })
      if (Array.isArray(value)) found.says.push(...operations(value, { patch, at, scene }))
      else if (isAbout(value, patch.target, scene)) {
        found.says.push(...said(value, { patch, at, scene }))
        found.could.push(...added(value, { patch, at, scene }))
      }
    }
  }
  return found
}

interface In {
  readonly patch: Patch
  readonly at: (path: YamlPath) => { readonly document: number; readonly path: YamlPath }
  readonly scene: Scene
}

/** A strategic merge patch that has the field: its value changes, or goes, or takes the field away. */
function said(value: unknown, { patch, at, scene }: In): readonly Candidate[] {
  const { steps, value: merged } = mergeOf(scene)
  if (!says(value, steps)) return []
  const path = pathOfSteps(value, steps)
  if (path === null) return []
  if (scene.wanted.value !== undefined) {
    return [patch.edit(at(path), [changeAt({ file: '', ...at(path) }, merged)])]
  }
  const whole = wholeOf(value, path)
  return [
    patch.edit(at(path), [changeAt({ file: '', ...at(whole) }, undefined)]),
    patch.edit(at(path), [changeAt({ file: '', ...at(path) }, merged)]),
  ]
}

function added(value: unknown, { patch, at, scene }: In): readonly Candidate[] {
  const merge = mergeOf(scene)
  if (says(value, merge.steps)) return []
  const into = intoPatch(value, merge, scene.rendered.object)
  return into ? [patch.edit(at(into.leaf), [changeAt({ file: '', ...at(into.path) }, into.value)])] : []
}

/** JSON 6902: operations whose value reaches the field. */
function operations(list: readonly unknown[], { patch, at, scene }: In): readonly Candidate[] {
  const { wanted, rendered } = scene
  const path = pathOfSteps(rendered.object, wanted.steps)
  if (path === null) return []
  return list.flatMap((operation, index): readonly Candidate[] => {
    if (!isMap(operation) || typeof operation['path'] !== 'string') return []
    const tokens = operation['path'].split('/').slice(1).map(unescape)
    const reaches = tokens
      .slice(0, path.length)
      .every((token, depth) => token === String(path[depth]) || token === '-')
    if (!reaches || !Object.hasOwn(operation, 'value')) return []
    if (tokens.length > path.length) {
      const part = valueIn(wanted.value, tokens.slice(path.length))
      const place = at([index, 'value'])
      return part === undefined ? [] : [patch.edit(place, [changeAt({ file: '', ...place }, part)])]
    }
    const rest = pathOfSteps(operation['value'], wanted.steps.slice(tokens.length))
    if (rest === null) return []
    if (wanted.value !== undefined) {
      const place = at([index, 'value', ...rest])
      return [patch.edit(place, [changeAt({ file: '', ...place }, wanted.value)])]
    }
    const place = rest.length === 0 ? at([index]) : at([index, 'value', ...rest])
    return [patch.edit(place, [changeAt({ file: '', ...place }, undefined)])]
  })
}

function unescape(token: string): string {
  return token.replaceAll('~1', '/').replaceAll('~0', '~')
}

/** Whether a strategic merge patch is for the object. */
function isAbout(patch: unknown, target: unknown, { rendered }: Scene): boolean {
  if (!isMap(patch)) return false
  const { kind, metadata } = rendered.object
  // An expression may mean anything: the render decides.
  const matches = (wanted: unknown, actual: string) =>
    typeof wanted !== 'string' || /[^\w-]/.test(wanted) || actual.includes(wanted)
  if (isMap(target)) return matches(target['kind'], kind) && matches(target['name'], metadata.name)
  const name = valueIn(patch, ['metadata', 'name'])
  return patch['kind'] === kind && typeof name === 'string' && metadata.name.includes(name)
}

async function patchesOf(
  root: Root,
  copy: WorkingCopy,
  canEdit: (path: string) => boolean,
): Promise<readonly Patch[]> {
  const patches: Patch[] = []
  const add = async (place: YamlPlace, said: unknown, target: unknown) => {
    if (typeof said !== 'string') return
    if (said.includes('\n') || said.includes('{')) {
      if (root.isEditable) patches.push({ text: said, target, edit: inText(place) })
      return
    }
    const path = resolveInside(root.folder, said)
    const file = path && (await copy.fileAt(path))
    const text = file && canEdit(file) ? await copy.read(file) : null
    if (!file || text === null) return
    patches.push({ text, target, edit: (at, edits) => editing({ file, ...at }, edits) })
  }
  for (const field of ['patches', 'patchesStrategicMerge', 'patchesJson6902']) {
    const { key, list } = listOf(root, field)
    for (const [at, entry] of list.entries()) {
      if (typeof entry === 'string') await add(below(root, key, at), entry, null)
      if (!isMap(entry)) continue
      await add(below(root, key, at, 'patch'), entry['patch'], entry['target'])
      await add(below(root, key, at, 'path'), entry['path'], entry['target'])
    }
  }
  return patches
}

/** YAML inside of a text of a YAML file. */
function inText(place: YamlPlace): Patch['edit'] {
  return (_at, edits) => ({
    async apply(copy) {
      const outer = await copy.read(place.file)
      const value = parseYamlDocuments(outer ?? '', place.file).documents[place.document]?.value
      const text = valueIn(value, place.path)
      if (typeof text !== 'string') return `${place.file} has no patch there any more`
      const edited = editYaml(text, edits)
      if ('refused' in edited) return `${place.file}: ${edited.refused}`
      return (await copy.editYaml(place.file, [changeAt(place, edited.text)])) ?? editedAt(place)
    },
  })
}

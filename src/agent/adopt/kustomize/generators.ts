import { basename } from 'node:path'
import { resolveInside } from '../../../repository/paths.ts'
import {
  type Candidate,
  changeAt,
  editedAt,
  editing,
  isMap,
  listIn,
  setAt,
  type YamlPlace,
} from '../candidate.ts'
import { editProperties } from '../properties.ts'
import type { Scene } from '../scene.ts'
import { below, listOf, type Root } from './roots.ts'

const field = 'configMapGenerator'

/** The key of a generated ConfigMap's data that is wanted; null when something else is. */
function wantedKey({ wanted, rendered }: Scene): string | null {
  const [data, key, ...more] = wanted.steps
  if (rendered.object.kind !== 'ConfigMap' || data !== 'f:data' || more.length > 0) return null
  return key?.startsWith('f:') ? key.slice(2) : null
}

interface Entry {
  readonly at: number
  readonly value: Readonly<Record<string, unknown>>
}

/** Entries that make the object: names may have got prefixes, suffixes and a hash. */
function entriesFor(root: Root, { rendered }: Scene): readonly Entry[] {
  const { name } = rendered.object.metadata
  return listOf(root, field).list.flatMap((value, at) =>
    isMap(value) && typeof value['name'] === 'string' && name.includes(value['name']) ? [{ at, value }] : [],
  )
}

/** The literal, the line of a file of variables, or the file that gives a key its value. */
export function setGenerated(
  root: Root,
  scene: Scene,
  canEdit: (path: string) => boolean,
): readonly Candidate[] {
  const key = wantedKey(scene)
  if (key === null || root.isApplication) return []
  const value = typeof scene.wanted.value === 'string' ? scene.wanted.value : null
  return entriesFor(root, scene).flatMap(entry => [
    ...(root.isEditable ? literals(root, entry, { key, value }) : []),
    ...files(root, entry, { key, value }, canEdit),
  ])
}

interface Change {
  readonly key: string
  /** Null takes the key out. */
  readonly value: string | null
}

function literals(root: Root, { at, value: entry }: Entry, { key, value }: Change): readonly Candidate[] {
  const list = listOf(root, field)
  return listIn(entry, 'literals').flatMap((literal, index) => {
    if (typeof literal !== 'string' || !literal.startsWith(`${key}=`)) return []
    const place = below(root, list.key, at, 'literals', index)
    return [value === null ? without(entry, place) : setAt(place, `${key}=${value}`)]
  })
}

function files(
  root: Root,
  { at, value: entry }: Entry,
  { key, value }: Change,
  canEdit: (path: string) => boolean,
): readonly Candidate[] {
  const list = listOf(root, field)
  const pathOf = (target: string) => {
    const path = resolveInside(root.folder, target)
    return path !== null && canEdit(path) ? path : null
  }
  const single = typeof entry['env'] === 'string' ? [entry['env']] : []
  const variables = [...listIn(entry, 'envs'), ...single].flatMap((target): readonly Candidate[] => {
    const path = typeof target === 'string' ? pathOf(target) : null
    return path === null ? [] : [inProperties(path, { key, value })]
  })
  const whole = listIn(entry, 'files').flatMap((target, index): readonly Candidate[] => {
    if (typeof target !== 'string') return []
    const equals = target.indexOf('=')
    const file = target.slice(equals + 1)
    if ((equals < 0 ? basename(file) : target.slice(0, equals)) !== key) return []
    if (value === null) {
      const place = below(root, list.key, at, 'files', index)
      return root.isEditable ? [without(entry, place)] : []
    }
    const path = pathOf(file)
    return path === null ? [] : [asContent(path, value)]
  })
  return [...variables, ...whole]
}

/** The last item of a list goes with its list. */
function without(entry: Readonly<Record<string, unknown>>, place: YamlPlace): Candidate {
  const field = place.path.at(-2)
  const isLast = listIn(entry, String(field)).length === 1
  const whole = isLast ? { ...place, path: place.path.slice(0, -1) } : place
  return editing(place, [changeAt(whole, undefined)])
}

function inProperties(file: string, { key, value }: Change): Candidate {
  return {
    async apply(copy) {
      const text = await copy.read(file)
      const edited = text === null ? null : editProperties(text, key, value)
      if (!edited) return `${file} has no line for ${key} that can be edited`
      return (
        (await copy.write(file, edited.text)) ?? { file, line: () => (value === null ? null : edited.line) }
      )
    },
  }
}

function asContent(file: string, value: string): Candidate {
  return { apply: async copy => (await copy.write(file, value)) ?? { file, line: () => 1 } }
}

/** A literal on top of what others, whom the generator belongs to as well, say. */
export function addLiteral(root: Root, scene: Scene, roots: readonly Root[]): readonly Candidate[] {
  const key = wantedKey(scene)
  if (key === null || root.isApplication || typeof scene.wanted.value !== 'string') return []
  const literal = `${key}=${scene.wanted.value}`
  const list = listOf(root, field)
  const [own] = entriesFor(root, scene)
  if (own) {
    const count = listIn(own.value, 'literals').length
    const place = below(root, list.key, own.at, 'literals')
    const edit =
      count > 0 ? changeAt({ ...place, path: [...place.path, count] }, literal) : changeAt(place, [literal])
    return [editing({ ...place, path: [...place.path, count] }, [edit])]
  }
  const [base] = roots.filter(it => it !== root).flatMap(it => entriesFor(it, scene))
  if (!base) return []
  const entry = { name: base.value['name'], behavior: 'merge', literals: [literal] }
  const at = list.list.length
  const edit = at > 0 ? changeAt(below(root, list.key, at), entry) : changeAt(below(root, list.key), [entry])
  return [editing(below(root, list.key, at, 'literals', 0), [edit])]
}

/** Takes the generator out that makes an object. */
export function removeGenerator(root: Root, scene: Scene): readonly Candidate[] {
  if (root.isApplication || scene.rendered.object.kind !== 'ConfigMap') return []
  const list = listOf(root, field)
  return entriesFor(root, scene).map(({ at }) => {
    const place = below(root, list.key, at)
    const whole = list.list.length === 1 ? below(root, list.key) : place
    return {
      apply: async copy =>
        (await copy.editYaml(place.file, [changeAt(whole, undefined)])) ?? {
          ...editedAt(place),
          line: () => null,
        },
    }
  })
}

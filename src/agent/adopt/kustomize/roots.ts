import { createCheckoutViews } from '../../render/checkout-view.ts'
import { generateRoot } from '../../render/kustomize/generate-root.ts'
import { addedReferences } from '../../render/kustomize/inline-options.ts'
import { walkKustomization } from '../../render/kustomize/walk.ts'
import { defaultRenderLimits } from '../../render/renderer.ts'
import { folded } from '../../../repository/kustomization.ts'
import type { RepositoryPath } from '../../../repository/paths.ts'
import { isMap, type YamlPlace } from '../candidate.ts'
import type { Scene } from '../scene.ts'
import { isOwn } from '../sharing.ts'

/** What a kustomization, or the options of an Application's source, says. */
export interface Root {
  /** Where its fields stand. */
  readonly place: YamlPlace
  /** What file names in it are relative to. */
  readonly folder: RepositoryPath
  readonly value: Readonly<Record<string, unknown>>
  readonly isEditable: boolean
  readonly isApplication: boolean
}

export interface Roots {
  /** In the order in which they have the last word: the Application, the overlay, what it builds upon. */
  readonly all: readonly Root[]
  /** Where something new belongs; null when there is no place that is this application's alone. */
  readonly own: Root | null
  readonly canEdit: (path: RepositoryPath) => boolean
}

export async function rootsOf(scene: Scene): Promise<Roots> {
  const { copy, source, sourcePlace, sharing, application } = scene
  const view = createCheckoutViews()(copy.root, null)
  const generated = source.flux ? await generateRoot(view, source.path, defaultRenderLimits) : null
  const walk = await walkKustomization(view, source.path, {
    references: addedReferences(source.kustomize),
    location: application.definedIn,
    generated,
  })
  const folders = walk.roots.map(it => it.folder)
  const canEdit = (path: RepositoryPath) =>
    isOwn(path, source.path)
      ? !(sharing.isReadByOthers(path) && sourcePlace !== null)
      : !sharing.isReadByOthers(path) && !sharing.isBuiltUponByOthers(path, folders)
  const roots = walk.roots.flatMap(({ file, folder, reading }): readonly Root[] => {
    if (reading === generated?.reading || reading.value === null) return []
    const place = { file, document: 0, path: [] }
    return [{ place, folder, value: reading.value, isEditable: canEdit(file), isApplication: false }]
  })
  const inline = source.flux === null && sourcePlace ? applicationRoot(scene) : null
  const own = roots[0]?.isEditable ? roots[0] : inline
  return { all: [...(inline ? [inline] : []), ...roots], own: own ?? null, canEdit }
}

/** `spec.source.kustomize` has the fields of a kustomization, all but some. */
function applicationRoot({ sourcePlace, source }: Scene): Root | null {
  if (!sourcePlace) return null
  const value = sourcePlace.value['kustomize']
  return {
    place: { ...sourcePlace, path: [...sourcePlace.path, 'kustomize'] },
    folder: source.path,
    value: isMap(value) ? value : {},
    isEditable: true,
    isApplication: true,
  }
}

/** A field of a kustomization by its name, which is compared as kustomize does. */
export function fieldOf(root: Root, name: string): { readonly key: string; readonly value: unknown } {
  const key = Object.keys(root.value).find(it => folded(it) === folded(name))
  return key === undefined ? { key: name, value: undefined } : { key, value: root.value[key] }
}

export function listOf(
  root: Root,
  name: string,
): { readonly key: string; readonly list: readonly unknown[] } {
  const { key, value } = fieldOf(root, name)
  return { key, list: Array.isArray(value) ? value : [] }
}

export function below({ place }: Root, ...path: YamlPlace['path']): YamlPlace {
  return { ...place, path: [...place.path, ...path] }
}

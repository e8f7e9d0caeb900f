import { folderOf, type RepositoryPath, resolveInside } from '../../../repository/paths.ts'
import type { Proposal } from '../adopt-fields.ts'
import { type Candidate, changeAt, valueIn } from '../candidate.ts'
import type { Scene } from '../scene.ts'
import type { WorkingCopy } from '../working-copy.ts'
import { type InFile, inItsDocument, withoutDocument, writtenObject } from '../written-object.ts'
import { addLiteral, removeGenerator, setGenerated } from './generators.ts'
import { addImage, setImage } from './images.ts'
import { setCommonMetadata } from './metadata.ts'
import { addPatch } from './new-patch.ts'
import { inPatches } from './patches.ts'
import { addReplicas, setReplicas } from './replicas.ts'
import { below, listOf, type Root, type Roots, rootsOf } from './roots.ts'

/**
 * What says the field now goes first, from the application outwards to the base; then the object's own file; then something new in the
 * overlay. Files that others build upon are not touched.
 */
export async function proposeKustomize(scene: Scene): Promise<Proposal> {
  const roots = await rootsOf(scene)
  const found = await writtenObject(scene)
  const otherwise = roots.own
    ? 'no field of its kustomizations gives just this change'
    : 'its overlay is shared with others, and it has no Application document to put a patch into'
  const isGenerated = found?.written.value['kind'] === 'Kustomization'
  const written = found && !isGenerated ? found : null
  if (scene.wanted.steps.length === 0) return { candidates: removals(scene, roots, written), otherwise }
  const says: Candidate[] = []
  const could: Candidate[] = []
  for (const root of roots.all) {
    if (root.isEditable) {
      says.push(...setImage(root, scene), ...setReplicas(root, scene), ...setCommonMetadata(root, scene))
    }
    says.push(...setGenerated(root, scene, roots.canEdit))
    const patched = await inPatches(root, scene, roots.canEdit)
    says.push(...patched.says)
    if (root.isEditable) could.push(...patched.could)
  }
  const own = written && roots.canEdit(written.file) ? inItsDocument(written, scene) : []
  const added = additions(scene, roots, written)
  const candidates = [
    ...says,
    ...own,
    ...addLiterals(scene, roots),
    ...added.entries,
    ...could,
    ...added.patches,
  ]
  return { candidates, otherwise }
}

function addLiterals(scene: Scene, { own, all }: Roots): readonly Candidate[] {
  return own ? addLiteral(own, scene, all) : []
}

function additions(scene: Scene, { own }: Roots, written: InFile | null) {
  if (!own) return { entries: [], patches: [] }
  const name = nameIn(written, scene)
  return {
    entries: [...addImage(own, scene), ...addReplicas(own, scene, name)],
    patches: addPatch(own, scene, name),
  }
}

/** Before prefixes and suffixes, which is how kustomizations speak of it. */
function nameIn(written: InFile | null, { rendered }: Scene): string {
  const name = written && valueIn(written.written.value, ['metadata', 'name'])
  return typeof name === 'string' ? name : rendered.object.metadata.name
}

function removals(scene: Scene, roots: Roots, written: InFile | null): readonly Candidate[] {
  const generators = roots.all.filter(it => it.isEditable).flatMap(root => removeGenerator(root, scene))
  const listing = written && roots.all.find(root => listedAt(root, written.file) !== null)
  const canTakeOut =
    written !== null &&
    roots.canEdit(written.file) &&
    (written.written.siblings > 1 || !listing || listing.isEditable)
  const documents = canTakeOut
    ? [withoutDocument(written, copy => unlist(listing ?? null, written.file, copy))]
    : []
  const patches = roots.own ? addPatch(roots.own, scene, nameIn(written, scene)) : []
  return [...generators, ...documents, ...patches]
}

function listedAt(root: Root, file: RepositoryPath): number | null {
  if (root.isApplication) return null
  const at = listOf(root, 'resources').list.findIndex(
    it => typeof it === 'string' && resolveInside(folderOf(root.place.file), it) === file,
  )
  return at < 0 ? null : at
}

async function unlist(root: Root | null, file: RepositoryPath, copy: WorkingCopy): Promise<string | null> {
  const at = root && listedAt(root, file)
  if (!root || at === null) return null
  const { key, list } = listOf(root, 'resources')
  const place = list.length === 1 ? below(root, key) : below(root, key, at)
  return copy.editYaml(root.place.file, [changeAt(place, undefined)])
}

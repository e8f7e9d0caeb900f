import type { Proposal } from './adopt-fields.ts'
import type { Scene } from './scene.ts'
import { inItsDocument, withoutDocument, writtenObject } from './written-object.ts'

/** Plain manifests: the one place is the document in its file. */
export async function proposeDirectory(scene: Scene): Promise<Proposal> {
  const found = await writtenObject(scene)
  if (!found) return { candidates: [], otherwise: 'the file that it comes from was not found' }
  const candidates =
    scene.wanted.steps.length === 0
      ? [withoutDocument(found, () => Promise.resolve(null))]
      : inItsDocument(found, scene)
  return { candidates, otherwise: `${found.file} has no such place` }
}

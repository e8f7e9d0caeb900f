import { valueAtSteps } from '../../../engine/steps.ts'
import { type Candidate, changeAt, editing, isMap, setAt } from '../candidate.ts'
import { formatImageName, type ImageName, parseImageName } from '../image-name.ts'
import type { Scene } from '../scene.ts'
import { below, listOf, type Root } from './roots.ts'

interface Images {
  readonly before: ImageName
  readonly after: ImageName
}

/** Null when the field is no image. */
function imagesOf({ wanted, rendered }: Scene): Images | null {
  if (wanted.steps.at(-1) !== 'f:image') return null
  const before = parseImageName(valueAtSteps(rendered.object, wanted.steps))
  const after = parseImageName(wanted.value)
  return before && after && { before, after }
}

/** The entry of `images` that made the image what it is. */
export function setImage(root: Root, scene: Scene): readonly Candidate[] {
  const images = imagesOf(scene)
  if (!images) return []
  const { key, list } = listOf(root, 'images')
  return list.flatMap((entry, at): readonly Candidate[] => {
    const place = below(root, key, at)
    if (root.isApplication) {
      const inline = parseInline(entry)
      if (inline?.name !== images.before.name) return []
      return [setAt(place, formatInline(inline.old, images.after))]
    }
    if (!isMap(entry)) return []
    const name = entry['newName'] ?? entry['name']
    if (name !== images.before.name) return []
    const wanted: Readonly<Partial<Record<'newName' | 'newTag' | 'digest', string>>> = {
      ...(images.after.name === entry['name'] ? {} : { newName: images.after.name }),
      ...partsOf(images.after),
    }
    const edits = (['newName', 'newTag', 'digest'] as const).flatMap(field => {
      const value: unknown = wanted[field]
      if ((entry[field] ?? undefined) === value) return []
      return [changeAt({ ...place, path: [...place.path, field] }, value)]
    })
    // Last: what is left of an entry that says nothing any more is kept, for the proof to judge.
    const field = edits.find(it => it.kind === 'set')?.path.at(-1)
    return [editing(field === undefined ? place : { ...place, path: [...place.path, field] }, edits)]
  })
}

/** A new entry of `images`. */
export function addImage(root: Root, scene: Scene): readonly Candidate[] {
  const images = imagesOf(scene)
  if (!images) return []
  const { before, after } = images
  const { key, list } = listOf(root, 'images')
  const entry = root.isApplication
    ? formatInline(before.name === after.name ? null : before.name, after)
    : {
        name: before.name,
        ...(after.name === before.name ? {} : { newName: after.name }),
        ...partsOf(after),
      }
  return [setAt(below(root, key, list.length), entry)].map(it =>
    list.length > 0 ? it : editing(below(root, key, 0), [changeAt(below(root, key), [entry])]),
  )
}

function partsOf({ tag, digest }: ImageName): { readonly newTag?: string; readonly digest?: string } {
  return { ...(tag === null ? {} : { newTag: tag }), ...(digest === null ? {} : { digest }) }
}

/** `[old=]name[:tag][@digest]` */
function parseInline(text: unknown): (ImageName & { readonly old: string | null }) | null {
  if (typeof text !== 'string') return null
  const equals = text.indexOf('=')
  const image = parseImageName(text.slice(equals + 1))
  return image && { ...image, old: equals < 0 ? null : text.slice(0, equals) }
}

function formatInline(old: string | null, image: ImageName): string {
  return `${old === null ? '' : `${old}=`}${formatImageName(image)}`
}

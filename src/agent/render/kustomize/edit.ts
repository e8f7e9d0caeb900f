import { stringify } from 'yaml'
import type { KustomizeOptions } from '../../../model/application.ts'

type Kustomization = Readonly<Record<string, unknown>>

interface Image {
  readonly name: string
  readonly newName?: string
  readonly newTag?: string
  readonly digest?: string
}

/**
 * A kustomization with an Application's inline options, as `kustomize edit` would set them (which is what Argo CD does),
 * and with origins of objects switched on. Returns the file's new text.
 */
export function editKustomization(original: Kustomization, options: KustomizeOptions): string {
  const edited: Record<string, unknown> = { ...original }
  const keyOf = (field: string) =>
    Object.keys(original).find(key => key.toLowerCase() === field.toLowerCase()) ?? field
  const set = (field: string, value: unknown) => {
    edited[keyOf(field)] = value
  }
  const list = (field: string) => {
    const value = original[keyOf(field)]
    return Array.isArray(value) ? (value as unknown[]) : []
  }
  const map = (field: string) => (original[keyOf(field)] ?? {}) as Record<string, unknown>

  if (options.namePrefix !== null) set('namePrefix', options.namePrefix)
  if (options.nameSuffix !== null) set('nameSuffix', options.nameSuffix)
  if (options.namespace !== null) set('namespace', options.namespace)
  if (options.images.length > 0) set('images', withImages(list('images') as Image[], options.images))
  if (options.replicas.length > 0) {
    const names = new Set(options.replicas.map(it => it.name))
    const kept = (list('replicas') as { name: string }[]).filter(it => !names.has(it.name))
    set('replicas', [...kept, ...options.replicas])
  }
  if (Object.keys(options.commonLabels).length > 0) {
    set('commonLabels', { ...map('commonLabels'), ...options.commonLabels })
  }
  if (Object.keys(options.commonAnnotations).length > 0) {
    set('commonAnnotations', { ...map('commonAnnotations'), ...options.commonAnnotations })
  }
  if (options.components.length > 0) {
    set('components', [...new Set([...list('components'), ...options.components])])
  }
  set('buildMetadata', [...new Set([...list('buildMetadata'), 'originAnnotations'])])
  return stringify(edited, { version: '1.1', lineWidth: 0, aliasDuplicateObjects: false })
}

/** Whether the repository itself asks for origin annotations, so that they belong to the result. */
export function asksForOrigins(original: Kustomization): boolean {
  return Object.entries(original).some(
    ([key, value]) =>
      key.toLowerCase() === 'buildmetadata' && Array.isArray(value) && value.includes('originAnnotations'),
  )
}

function withImages(existing: readonly Image[], overrides: readonly string[]): readonly Image[] {
  const images = new Map(existing.map(image => [image.name, image]))
  for (const text of overrides) {
    const image = parseImage(text)
    const before = images.get(image.name)
    images.set(image.name, keepingStars(image, before))
  }
  return [...images.values()]
}

/** `*` keeps what the kustomization says. */
function keepingStars(image: Image, before: Image | undefined): Image {
  const fields = ['newName', 'newTag', 'digest'] as const
  const kept: Partial<Record<(typeof fields)[number], string>> = {}
  for (const field of fields) {
    const value = image[field] === '*' ? before?.[field] : image[field]
    if (value) kept[field] = value
  }
  return { name: image.name, ...kept }
}

/** `[old=]name[:tag][@digest]` */
function parseImage(text: string): Image {
  const equals = text.indexOf('=')
  const old = equals < 0 ? null : text.slice(0, equals)
  const [beforeDigest = '', digest = ''] = text.slice(equals + 1).split('@')
  const colon = beforeDigest.indexOf(':', beforeDigest.lastIndexOf('/') + 1)
  const name = colon < 0 ? beforeDigest : beforeDigest.slice(0, colon)
  const newTag = colon < 0 ? '' : beforeDigest.slice(colon + 1)
  return { name: old ?? name, ...(old === null ? {} : { newName: name }), newTag, digest }
}

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
  if (Object.keys(options.commonLabels).length > 0) setLabels(options, { list, map, set })
  if (Object.keys(options.commonAnnotations).length > 0) {
    set('commonAnnotations', { ...map('commonAnnotations'), ...options.commonAnnotations })
  }
  if (options.components.length > 0) {
    set('components', [...new Set([...list('components'), ...options.components])])
  }
  if (options.patches.length > 0) set('patches', [...list('patches'), ...options.patches])
  set('buildMetadata', [...new Set([...list('buildMetadata'), 'originAnnotations'])])
  return stringify(edited, { version: '1.1', lineWidth: 0, aliasDuplicateObjects: false })
}

interface Fields {
  list(field: string): readonly unknown[]
  map(field: string): Readonly<Record<string, unknown>>
  set(field: string, value: unknown): void
}

/** What a kustomization already says of labels, `labels` first, each with where it says it. */
interface LabelEntry {
  readonly pairs?: Readonly<Record<string, unknown>>
  readonly includeSelectors?: boolean
  readonly includeTemplates?: boolean
}

/** One label may stand in one place only, or kustomize refuses it: the Application's takes the place of the kustomization's own. */
function setLabels(options: KustomizeOptions, { list, map, set }: Fields): void {
  const { commonLabels } = options
  const without = (pairs: Readonly<Record<string, unknown>> = {}) =>
    Object.fromEntries(Object.entries(pairs).filter(([name]) => !(name in commonLabels)))
  const others = (list('labels') as LabelEntry[]).map(it => ({ ...it, pairs: without(it.pairs) }))
  const labels = others.filter(it => Object.keys(it.pairs).length > 0)
  if (options.labelWithoutSelector) {
    const added = { pairs: commonLabels, includeTemplates: options.labelIncludeTemplates }
    if (Object.keys(map('commonLabels')).length > 0) set('commonLabels', without(map('commonLabels')))
    set('labels', [...labels, added])
    return
  }
  if (list('labels').length > 0) set('labels', labels)
  set('commonLabels', { ...map('commonLabels'), ...commonLabels })
}

/** Common labels and annotations that the kustomization sets to something else, which they may only replace by force. */
export function takenNames(
  original: Kustomization,
  options: KustomizeOptions,
): readonly { readonly field: 'commonLabels' | 'commonAnnotations'; readonly name: string }[] {
  const value = (field: string) =>
    Object.entries(original).find(([key]) => key.toLowerCase() === field.toLowerCase())?.[1]
  const labels = value('labels')
  const pairs = (Array.isArray(labels) ? (labels as (LabelEntry | null)[]) : []).map(it => it?.pairs ?? {})
  const taken = (own: object, wanted: Readonly<Record<string, string>>) =>
    Object.keys(wanted).filter(name => {
      const before = (own as Record<string, unknown>)[name]
      return before !== undefined && before !== wanted[name]
    })
  const inLabels = taken(
    Object.assign({}, ...pairs, value('commonLabels')) as object,
    options.forceCommonLabels ? {} : options.commonLabels,
  )
  const inAnnotations = taken(
    value('commonAnnotations') ?? {},
    options.forceCommonAnnotations ? {} : options.commonAnnotations,
  )
  return [
    ...inLabels.map(name => ({ field: 'commonLabels' as const, name })),
    ...inAnnotations.map(name => ({ field: 'commonAnnotations' as const, name })),
  ]
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

/** `host:port/path/name[:tag][@digest]`, taken apart. */
export interface ImageName {
  readonly name: string
  readonly tag: string | null
  readonly digest: string | null
}

/** Null for what is no image. */
export function parseImageName(text: unknown): ImageName | null {
  if (typeof text !== 'string' || text === '' || /\s/.test(text)) return null
  const at = text.indexOf('@')
  const digest = at < 0 ? null : text.slice(at + 1)
  const tagged = at < 0 ? text : text.slice(0, at)
  const colon = tagged.indexOf(':', tagged.lastIndexOf('/') + 1)
  return colon < 0
    ? { name: tagged, tag: null, digest }
    : { name: tagged.slice(0, colon), tag: tagged.slice(colon + 1), digest }
}

export function formatImageName({ name, tag, digest }: ImageName): string {
  return `${name}${tag === null ? '' : `:${tag}`}${digest === null ? '' : `@${digest}`}`
}

/** Room that a marker may take in a body. */
export const markerRoom = 336

/** The first line of every text that is found again. Invisible when rendered. */
export function markerOf(key: string): string {
  const marker = `<!-- plumbline:${encodeURIComponent(key).replaceAll('--', '-%2D')} -->`
  if (marker.length >= markerRoom) throw new RangeError(`the key "${key.slice(0, 50)}…" is too long`)
  return marker
}

/**
 * Only a marker that stands first counts: further down it could be somebody's manifest, quoted by us.
 */
export function carries(body: string | null | undefined, key: string): boolean {
  return (body ?? '').startsWith(markerOf(key))
}

export function marked(key: string, body: string): string {
  return `${markerOf(key)}\n${body}`
}

/** Forges turn line ends and trim. */
export function sameText(a: string | null | undefined, b: string): boolean {
  const plain = (text: string): string => text.replaceAll('\r\n', '\n').trimEnd()
  return plain(a ?? '') === plain(b)
}

import { createHash } from 'node:crypto'
import { gunzipSync, gzipSync } from 'node:zlib'

/** A Secret holds 1 MiB; with room for names and labels, and for what base64 adds on the wire. */
const chunkBytes = 768 * 1024
/** Of unpacked JSON. */
const largestContent = 256 * 2 ** 20

export interface Packed {
  /** SHA-256 over all chunks, hex. */
  readonly digest: string
  /** At least one. */
  readonly chunks: readonly Uint8Array[]
}

export function pack(content: unknown): Packed {
  const bytes = gzipSync(JSON.stringify(content))
  const chunks: Uint8Array[] = []
  for (let start = 0; start < bytes.length; start += chunkBytes) {
    chunks.push(bytes.subarray(start, start + chunkBytes))
  }
  return { digest: digestOf(chunks), chunks }
}

/** The content, or null when the chunks are not those of the digest. */
export function unpack(packed: Packed): unknown {
  if (digestOf(packed.chunks) !== packed.digest) return null
  const bytes = gunzipSync(Buffer.concat(packed.chunks), { maxOutputLength: largestContent })
  return JSON.parse(bytes.toString('utf8'))
}

function digestOf(chunks: readonly Uint8Array[]): string {
  const hash = createHash('sha256')
  for (const chunk of chunks) hash.update(chunk)
  return hash.digest('hex')
}

import type { IncomingMessage } from 'node:http'
import { ApiFailure } from '../failure.ts'

/** Reads a request's body whole. Throws 413 over `limit` bytes. */
export async function readBody(request: IncomingMessage, limit = 8 * 1024 * 1024): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > limit) throw new ApiFailure(413, 'Payload too large')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

import { createHash, randomBytes } from 'node:crypto'

/** A fresh agent token: 256 random bits under a prefix that secret scanners can be taught. */
export function newToken(): string {
  return `plumbline_agent_${randomBytes(32).toString('base64url')}`
}

/** What is kept of a token. A plain hash will do: there is nothing to guess in 256 random bits. */
export function tokenHash(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}

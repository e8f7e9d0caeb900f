import { randomBytes } from 'node:crypto'

/** 16 bytes in hex, as W3C Trace Context has them: one for everything that one webhook or report sets off. */
export function newTraceId(): string {
  return randomBytes(16).toString('hex')
}

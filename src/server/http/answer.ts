import type { ServerResponse } from 'node:http'

/** A short plain answer. `close` also ends the connection, when the rest of the request is not wanted. */
export function answer(
  response: ServerResponse,
  status: number,
  text: string,
  { close = false }: { readonly close?: boolean } = {},
): void {
  response.writeHead(status, {
    'content-type': 'text/plain; charset=utf-8',
    'x-content-type-options': 'nosniff',
    ...(close ? { connection: 'close' } : {}),
  })
  response.end(`${text}\n`)
}

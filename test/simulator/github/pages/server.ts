import type { IncomingMessage, ServerResponse } from 'node:http'
import type { People } from '../people.ts'
import type { Deliverer } from '../webhooks/deliverer.ts'
import type { World } from '../world.ts'

/** Serves the pages for people. */
export function createPages(world: World, people: People, deliverer: Deliverer) {
  void world, people, deliverer
  return async (_request: IncomingMessage, response: ServerResponse, _url: URL): Promise<void> => {
    response.writeHead(404, { 'Content-Type': 'text/plain' }).end('Not Found\n')
  }
}

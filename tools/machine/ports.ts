import { randomInt } from 'node:crypto'
import { createServer } from 'node:net'
import { ToolError } from './errors.ts'

// Below the range from which systems take the local ports of outgoing connections, so that none takes one of ours
// between the test and the start of its server. Random, so that two starts at once hardly meet.
const lowest = 20_000
const highest = 32_000
const attempts = 100

/** A port on which nothing listens now. Somebody may still take it: who listens there must expect that. */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < attempts; attempt++) {
    const port = randomInt(lowest, highest)
    if (await isFree(port)) return port
  }
  throw new ToolError(`found no free port between ${lowest} and ${highest} on 127.0.0.1`)
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer()
  return new Promise(resolve => {
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}

import { readFile, writeFile } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { Agent, createServer, request } from 'node:https'
import type { AddressInfo } from 'node:net'
import { dirname, join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { type Fate, type Passing, passes, type Reply } from './fate.ts'

/** The API server behind somebody who decides what becomes of every request. */
export interface GoBetween {
  /** Whoever uses it talks through the go-between, as the same user. */
  readonly kubeconfig: string
  /** From now on; requests are counted anew. */
  decide(fateOf: (passing: Passing) => Fate): void
  /** Breaks the watches that are open. */
  cutWatches(): void
  /** Requests so far, watches left out. */
  readonly requests: number
  /** Resolves when no request is with the API server any more, watches left out. */
  idle(): Promise<void>
  stop(): Promise<void>
}

/** How long a watch lives whose fate is to break. */
const watchLifeMs = 150

/**
 * Stands between clients and the API server of one of our own clusters, with that server's certificate, so that clients trust it as
 * they trust that. A request is taken in whole before it is sent on, and is then carried out whether its client lives on or not.
 */
export async function startGoBetween(upstreamConfig: string, ownConfig: string): Promise<GoBetween> {
  const config = await readFile(upstreamConfig, 'utf8')
  const certificates = join(dirname(upstreamConfig), 'certificates')
  const cert = await readFile(join(certificates, 'apiserver.crt'))
  const key = await readFile(join(certificates, 'apiserver.key'))
  const upstream = /server: (\S+)/.exec(config)?.[1]
  if (!upstream) throw new Error(`${upstreamConfig} names no server`)
  const agent = new Agent({ keepAlive: true, ca: cert })
  let fateOf: (passing: Passing) => Fate = () => passes
  let requests = 0
  let underway = 0
  let whenIdle: (() => void)[] = []
  const watches = new Set<IncomingMessage>()

  function left(): void {
    underway--
    if (underway > 0) return
    for (const tell of whenIdle) tell()
    whenIdle = []
  }

  const server = createServer({ cert, key }, (incoming, outgoing) => {
    const { method = 'GET', url = '/' } = incoming
    const isWatch = /[?&]watch=(true|1)/.test(url)
    const number = isWatch ? 0 : ++requests
    const isWrite = method !== 'GET' && !/[?&]dryRun=All/.test(url)
    const fate = fateOf({ method, url, isWatch, isWrite, number })
    if (isWatch) return void followWatch(incoming, outgoing, fate)
    underway++
    handle(incoming, outgoing, fate).then(left, () => {
      outgoing.destroy()
      left()
    })
  })

  function sendOn(incoming: IncomingMessage, body: Buffer): Promise<IncomingMessage> {
    const { method = 'GET', url = '/', headers } = incoming
    return new Promise((resolve, reject) => {
      const onward = request(new URL(url, upstream), { method, headers, agent }, resolve)
      onward.on('error', reject)
      onward.end(body)
    })
  }

  async function handle(incoming: IncomingMessage, outgoing: ServerResponse, fate: Fate): Promise<void> {
    const body = await whole(incoming)
    if (fate.delayMs) await pause(fate.delayMs)
    const theirs = fate.forward ? await sendOn(incoming, body) : null
    const text = theirs && (await whole(theirs))
    if (theirs) fate.onCarriedOut?.(theirs.statusCode ?? 0)
    fate.onReached?.()
    if (fate.reply === 'none') return
    if (fate.reply === 'reset') return void incoming.socket.resetAndDestroy()
    if (fate.reply !== 'theirs') return answer(outgoing, fate.reply)
    outgoing.writeHead(theirs?.statusCode ?? 502, theirs?.headers)
    outgoing.end(text)
  }

  async function followWatch(incoming: IncomingMessage, outgoing: ServerResponse, fate: Fate): Promise<void> {
    if (fate.reply === 'none') return
    if (typeof fate.reply === 'object') return answer(outgoing, fate.reply)
    watches.add(incoming)
    outgoing.on('close', () => watches.delete(incoming))
    try {
      const theirs = await sendOn(incoming, Buffer.alloc(0))
      outgoing.on('close', () => theirs.destroy())
      theirs.on('error', () => outgoing.destroy())
      outgoing.writeHead(theirs.statusCode ?? 502, theirs.headers)
      theirs.pipe(outgoing)
      if (fate.reply === 'reset') setTimeout(() => incoming.socket.destroy(), watchLifeMs)
    } catch {
      // The API server is gone: the client hears the same.
      outgoing.destroy()
    }
  }

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  await writeFile(ownConfig, config.replaceAll(upstream, `https://127.0.0.1:${port}`), { mode: 0o600 })
  return {
    kubeconfig: ownConfig,
    decide(next) {
      fateOf = next
      requests = 0
    },
    cutWatches() {
      for (const watch of watches) watch.socket.destroy()
    },
    get requests() {
      return requests
    },
    idle: () => (underway === 0 ? Promise.resolve() : new Promise(resolve => whenIdle.push(resolve))),
    async stop() {
      const closed = new Promise(resolve => server.close(resolve))
      server.closeAllConnections()
      await closed
      agent.destroy()
    },
  }
}

function answer(outgoing: ServerResponse, { status, headers = {}, text }: Reply): void {
  outgoing.writeHead(status, headers)
  outgoing.end(text)
}

async function whole(stream: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(chunk)
  return Buffer.concat(chunks)
}

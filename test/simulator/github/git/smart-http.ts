import { spawn } from 'node:child_process'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { asApp, asUser } from '../actions/actor.ts'
import { refsMoved } from '../actions/push.ts'
import { canSee, canWrite, type Principal } from '../auth/principal.ts'
import { suffices, type Tokens } from '../auth/tokens.ts'
import type { Repository } from '../state.ts'
import { findRepository, type World } from '../world.ts'
import type { RefMove } from './ref-move.ts'
import { listRefs, zeroSha } from './repository.ts'
import { gitEnvironment } from './run-git.ts'

const route =
  /^\/(?<owner>[^/]+)\/(?<name>[^/]+?)(?:\.git)?\/(?<rest>info\/refs|git-upload-pack|git-receive-pack)$/

export const isGitRequest = (url: URL): boolean => route.test(url.pathname)

type Verdict =
  | { readonly status: 200; readonly principal: Principal; readonly repository: Repository }
  | { readonly status: 401 | 403 | 404 }

/** Serves clones, fetches and pushes by `git http-backend`, and makes pushes known to the rest of the forge. */
export function createSmartHttp(world: World, tokens: Tokens) {
  return async (request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> => {
    const { owner = '', name = '', rest = '' } = route.exec(url.pathname)?.groups ?? {}
    const service = rest === 'info/refs' ? url.searchParams.get('service') : rest
    const writes = service === 'git-receive-pack'
    const repository = findRepository(world, decodeURIComponent(owner), decodeURIComponent(name))
    const verdict = await judge(request.headers.authorization, repository, writes)
    if (verdict.status !== 200) {
      const headers = verdict.status === 401 ? { 'WWW-Authenticate': 'Basic realm="GitHub"' } : {}
      const text = {
        401: 'Authentication failed',
        403: 'Write access to repository not granted.',
        404: 'Not Found',
      }
      response
        .writeHead(verdict.status, { 'Content-Type': 'text/plain', ...headers })
        .end(`${text[verdict.status]}\n`)
      return
    }
    const serve = (): Promise<void> => runBackend(request, response, { url, rest, ...verdict })
    if (rest !== 'git-receive-pack') return await serve()
    await world.exclusively(verdict.repository, () => receive(verdict, serve))
  }

  async function judge(
    header: string | undefined,
    repository: Repository | undefined,
    writes: boolean,
  ): Promise<Verdict> {
    const principal = await tokens.authenticate(header).catch(() => undefined)
    if (!principal) return { status: 401 }
    if (!repository || !canSee(principal, repository))
      return { status: principal.kind === 'anonymous' ? 401 : 404 }
    if (principal.kind === 'anonymous')
      return writes ? { status: 401 } : { status: 200, principal, repository }
    return allowed(principal, repository, writes) ? { status: 200, principal, repository } : { status: 403 }
  }

  async function receive(
    verdict: Verdict & { readonly status: 200 },
    serve: () => Promise<void>,
  ): Promise<void> {
    const { repository, principal } = verdict
    const before = await listRefs(repository.folder, 'refs/')
    await serve()
    const moves = movesBetween(before, await listRefs(repository.folder, 'refs/'))
    await refsMoved(
      world,
      repository,
      principal.kind === 'user' ? asUser(principal.user) : asApp(world),
      moves,
    )
  }
}

function allowed(principal: Principal, repository: Repository, writes: boolean): boolean {
  if (principal.kind === 'user') return !writes || canWrite(repository, principal.user)
  if (principal.kind !== 'installation') return false
  return suffices(principal.permissions['contents'], writes ? 'write' : 'read')
}

function movesBetween(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): RefMove[] {
  const refs = [...new Set([...before.keys(), ...after.keys()])].filter(ref =>
    /^refs\/(heads|tags)\//.test(ref),
  )
  return refs
    .map(ref => ({ ref, before: before.get(ref) ?? zeroSha, after: after.get(ref) ?? zeroSha }))
    .filter(move => move.before !== move.after)
}

interface BackendRequest {
  readonly url: URL
  readonly rest: string
  readonly repository: Repository
  readonly principal: Principal
}

/** Speaks CGI with `git http-backend`. */
async function runBackend(
  request: IncomingMessage,
  response: ServerResponse,
  what: BackendRequest,
): Promise<void> {
  const { headers } = request
  const child = spawn('git', ['http-backend'], {
    env: {
      ...gitEnvironment,
      GIT_PROJECT_ROOT: what.repository.folder,
      GIT_HTTP_EXPORT_ALL: '1',
      PATH_INFO: `/${what.rest}`,
      QUERY_STRING: what.url.search.slice(1),
      REQUEST_METHOD: request.method ?? 'GET',
      CONTENT_TYPE: headers['content-type'] ?? '',
      REMOTE_ADDR: '127.0.0.1',
      REMOTE_USER: what.principal.kind === 'user' ? what.principal.user.login : what.principal.kind,
      ...(headers['git-protocol'] ? { GIT_PROTOCOL: String(headers['git-protocol']) } : {}),
    },
    stdio: ['pipe', 'pipe', 'ignore'],
  })
  const closed = new Promise<void>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', () => resolve())
  })
  // A client that goes away must not leave the backend waiting for it.
  response.once('close', () => child.stdin.destroy())
  const input = headers['content-encoding'] === 'gzip' ? request.pipe(createGunzip()) : request
  const feeding = pipeline(input, child.stdin as unknown as Duplex).catch(() => undefined)
  await relay(child.stdout, response)
  await Promise.all([closed, feeding])
}

/** Takes the CGI header off the front, and passes on the rest as it comes. */
async function relay(output: NodeJS.ReadableStream, response: ServerResponse): Promise<void> {
  let head: Buffer | undefined = Buffer.alloc(0)
  for await (const chunk of output as AsyncIterable<Buffer>) {
    if (head === undefined) {
      if (!response.write(chunk) && !response.destroyed) await drained(response)
      continue
    }
    head = Buffer.concat([head, chunk])
    const end = head.indexOf('\r\n\r\n')
    if (end < 0) continue
    writeHead(response, head.subarray(0, end).toString())
    response.write(head.subarray(end + 4))
    head = undefined
  }
  if (head !== undefined) response.writeHead(500)
  response.end()
}

const drained = (response: ServerResponse): Promise<void> =>
  new Promise(resolve => {
    response.once('drain', resolve)
    response.once('close', resolve)
  })

function writeHead(response: ServerResponse, text: string): void {
  const headers = new Map(
    text.split('\r\n').map(line => line.split(/: (.*)/s).slice(0, 2) as [string, string]),
  )
  const status = Number.parseInt(headers.get('Status') ?? '200', 10)
  headers.delete('Status')
  response.writeHead(status, Object.fromEntries(headers))
}

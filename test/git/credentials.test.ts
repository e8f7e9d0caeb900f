import { spawn } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createGitCache } from '../../src/git/git-cache.ts'
import { GitError } from '../../src/git/repository.ts'
import { createRemote, type Remote } from './remote.ts'

const { signal } = new AbortController()
const credential = { username: 'x-access-token', password: 's3cr3t-token', expiresAt: null }
const expected = `Basic ${Buffer.from('x-access-token:s3cr3t-token').toString('base64')}`

let home: string
let remote: Remote
let commit: string
let server: Server
let origin: string
let commandLines: string[]
/** What was asked of /elsewhere/, with the credential that came along. */
let elsewhere: (string | undefined)[]

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'plumbline-http-'))
  remote = await createRemote()
  commit = await remote.commit({ 'a.txt': 'a' })
  commandLines = []
  elsewhere = []
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const url = new URL(request.url!, 'http://localhost')
    if (url.pathname.startsWith('/elsewhere/')) {
      elsewhere.push(request.headers.authorization)
      return response.writeHead(404).end()
    }
    if (url.pathname.startsWith('/moved/')) {
      return response.writeHead(302, { location: `${origin}/elsewhere/x.git/info/refs${url.search}` }).end()
    }
    if (url.pathname.startsWith('/broken/')) return response.writeHead(503).end()
    if (request.headers.authorization !== expected) {
      return response.writeHead(401, { 'www-authenticate': 'Basic realm="git"' }).end()
    }
    commandLines.push(...(await runningCommandLines()))
    const { status, headers, body } = await gitBackend(request, url)
    return response.writeHead(status, headers).end(body)
  }
  server = createServer((request, response) => void answer(request, response))
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})

afterAll(async () => {
  server.closeAllConnections()
  await new Promise(resolve => server.close(resolve))
  await rm(home, { recursive: true, force: true })
  await rm(remote.folder, { recursive: true, force: true })
})

async function gitBackend(request: IncomingMessage, url: URL) {
  const child = spawn('git', ['http-backend'], {
    env: {
      PATH: process.env['PATH'],
      GIT_PROJECT_ROOT: dirname(remote.folder),
      GIT_HTTP_EXPORT_ALL: '1',
      GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
      REMOTE_USER: 'x',
      PATH_INFO: url.pathname.replace('/shop.git', `/${remote.folder.split('/').at(-1)}/.git`),
      QUERY_STRING: url.search.slice(1),
      REQUEST_METHOD: request.method,
      CONTENT_TYPE: request.headers['content-type'],
      HTTP_CONTENT_ENCODING: request.headers['content-encoding'],
    },
  })
  request.pipe(child.stdin)
  const chunks: Buffer[] = []
  for await (const chunk of child.stdout) chunks.push(chunk as Buffer)
  const output = Buffer.concat(chunks)
  const end = output.indexOf('\r\n\r\n')
  const lines = output.subarray(0, end).toString().split('\r\n')
  const headers = Object.fromEntries(
    lines.map(line => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]),
  )
  return { status: Number.parseInt(headers['Status'] ?? '200', 10), headers, body: output.subarray(end + 4) }
}

/** Of all processes, where the system tells. */
async function runningCommandLines(): Promise<readonly string[]> {
  const ids = (await readdir('/proc').catch(() => [])).filter(it => /^\d+$/.test(it))
  return Promise.all(ids.map(id => readFile(`/proc/${id}/cmdline`, 'utf8').catch(() => '')))
}

const cache = () => createGitCache({ folder: join(home, 'git'), allowedProtocols: ['http'] })

async function filesBelow(folder: string): Promise<string> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter(it => it.isFile()).map(it => readFile(join(it.parentPath, it.name), 'latin1'))
  return (await Promise.all(files)).join('\n')
}

test('the credential reaches the server, and neither an argument nor the disk', async () => {
  const repository = await cache().open(`${origin}/shop.git`)
  await repository.fetch([commit], credential, signal)
  expect(await repository.resolveRemote('main', credential, signal)).toBe(commit)
  expect(await repository.readFile(commit, 'a.txt', 10, signal)).toBe('a')
  const base64 = expected.slice('Basic '.length)
  if (process.platform === 'linux') expect(commandLines.join('\n')).toContain(`${origin}/shop.git`)
  for (const secret of [credential.password, base64]) {
    expect(commandLines.join('\n')).not.toContain(secret)
    expect(await filesBelow(home)).not.toContain(secret)
  }
})

test('no credential, or a wrong one, is said without showing it', async () => {
  const repository = await cache().open(`${origin}/shop.git`)
  const attempts = [null, { ...credential, password: 'wrong-token' }]
  for (const it of attempts) {
    const error = await repository.resolveRemote('main', it, signal).catch((caught: unknown) => caught)
    expect(error).toBeInstanceOf(GitError)
    expect(error).toMatchObject({ code: 'unauthorized', passing: false })
    expect((error as GitError).message).not.toMatch(/wrong-token/)
  }
})

test('a redirect does not take the credential along', async () => {
  const repository = await cache().open(`${origin}/moved/shop.git`)
  await expect(repository.resolveRemote('main', credential, signal)).rejects.toBeInstanceOf(GitError)
  expect(elsewhere).toEqual([])
})

test('a server in trouble may be asked again later', async () => {
  const repository = await cache().open(`${origin}/broken/shop.git`)
  await expect(repository.resolveRemote('main', credential, signal)).rejects.toMatchObject({
    code: 'unreachable',
    passing: true,
  })
  const nobody = await cache().open('http://127.0.0.1:1/shop.git')
  await expect(nobody.fetch([commit], null, signal)).rejects.toMatchObject({
    code: 'unreachable',
    passing: true,
  })
})

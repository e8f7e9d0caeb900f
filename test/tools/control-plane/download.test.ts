import { createHash } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createDownloader } from '../../../tools/control-plane/download.ts'
import type { Release } from '../../../tools/control-plane/releases.ts'
import { ToolError } from '../../../tools/machine/errors.ts'

let folder: string
let requests: string[]
let answers: Map<string, string>
const server = createServer((request, response) => {
  requests.push(request.url ?? '')
  const answer = answers.get(request.url ?? '')
  response.statusCode = answer === undefined ? 404 : 200
  response.end(answer)
})

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plumbline-download-'))
  requests = []
  answers = new Map()
  await new Promise<void>(resolve => {
    server.listen(0, '127.0.0.1', resolve)
  })
})

afterEach(async () => {
  server.closeAllConnections()
  server.close()
  await rm(folder, { recursive: true })
})

function release(): Release {
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/tool`
  return { url, checksum: { kind: 'bare', url: `${url}.sha256` } }
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')

test('a file that fits its checksum becomes an executable', async () => {
  answers.set('/tool', 'the program').set('/tool.sha256', sha256('the program'))
  const target = join(folder, 'tool')
  await createDownloader().download(release(), target, undefined)
  expect(await readFile(target, 'utf8')).toBe('the program')
  expect((await stat(target)).mode & 0o111).toBe(0o111)
  expect(await readdir(folder)).toEqual(['tool'])
})

test('a file that does not fit its checksum is refused and leaves nothing', async () => {
  answers.set('/tool', 'another program').set('/tool.sha256', sha256('the program'))
  const download = createDownloader().download(release(), join(folder, 'tool'), undefined)
  await expect(download).rejects.toThrow(/has SHA-256 .*, published is/)
  expect(await readdir(folder)).toEqual([])
})

test('a missing file does not stop the host from being asked for others', async () => {
  const downloader = createDownloader()
  const download = () => downloader.download(release(), join(folder, 'tool'), undefined)
  await expect(download()).rejects.toThrow('answered 404')
  await expect(download()).rejects.toThrow(ToolError)
  expect(requests).toHaveLength(2)
})

test('a host that cannot be reached is not asked again', async () => {
  const downloader = createDownloader()
  const unreachable = release()
  server.closeAllConnections()
  await new Promise(resolve => server.close(resolve))
  const download = () => downloader.download(unreachable, join(folder, 'tool'), undefined)
  await expect(download()).rejects.toThrow('127.0.0.1')
  const port = Number(new URL(unreachable.url).port)
  await new Promise<void>(resolve => {
    server.listen(port, '127.0.0.1', resolve)
  })
  await expect(download()).rejects.toThrow('cannot be reached')
  expect(requests).toEqual([])
})

/**
 * Writes `test/simulator/openapi/github.json`: the operations and webhook payloads in use, out of GitHub's published
 * OpenAPI description. The package unpacks to 465 MB, so only one file is streamed out of its tarball.
 *
 *     node tools/openapi/extract.ts
 */
import { execFile, spawn } from 'node:child_process'
import { access, mkdir, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { json as readJson } from 'node:stream/consumers'
import { promisify } from 'node:util'
import { compactDescription } from './compact.ts'
import type { OpenApi } from './open-api.ts'
import { githubOperations, githubWebhooks } from './operations.ts'

const source = { package: '@octokit/openapi', version: '23.0.1' }
const member = 'package/generated/api.github.com.json'
const target = new URL('../../test/simulator/openapi/github.json', import.meta.url)

async function tarball(): Promise<string> {
  const cache = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'plumbline', 'openapi')
  const file = join(cache, `octokit-openapi-${source.version}.tgz`)
  const cached = await access(file).then(
    () => true,
    () => false,
  )
  if (cached) return file
  await mkdir(cache, { recursive: true })
  await promisify(execFile)('npm', [
    'pack',
    `${source.package}@${source.version}`,
    '--pack-destination',
    cache,
  ])
  return file
}

async function description(file: string): Promise<OpenApi> {
  const tar = spawn('tar', ['-xzOf', file, member], { stdio: ['ignore', 'pipe', 'inherit'] })
  return (await readJson(tar.stdout)) as OpenApi
}

const compact = compactDescription(await description(await tarball()), {
  source,
  operations: githubOperations,
  webhooks: githubWebhooks,
})
await writeFile(target, `${JSON.stringify(compact)}\n`)
process.stdout.write(
  `${Object.keys(compact.operations).length} operations, ${Object.keys(compact.webhooks).length} webhooks, ${
    Object.keys(compact.components).length
  } components from ${source.package}@${source.version}\n`,
)

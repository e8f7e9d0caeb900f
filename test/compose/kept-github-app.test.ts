import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { configuredGitHub } from '../../src/compose/github.ts'
import { keepGitHubApp, keptGitHubAppFile, readGitHubApp } from '../../src/compose/kept-github-app.ts'

let folder: string
let file: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plumbline-app-'))
  file = keptGitHubAppFile(folder)
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const app = {
  webUrl: 'https://github.com',
  id: 7,
  slug: 'plumbline',
  name: 'Plumbline',
  clientId: 'Iv1',
  clientSecret: 'client-canary',
  webhookSecret: 'hook-canary',
  privateKey: '-----BEGIN RSA PRIVATE KEY-----\nkey-canary\n-----END RSA PRIVATE KEY-----\n',
}
const configured = (env: NodeJS.ProcessEnv) => configuredGitHub(env, folder, pino({ level: 'silent' }))

test('what is kept is read back, and is for this user alone', async () => {
  await keepGitHubApp(file, app)
  expect(await readGitHubApp(file)).toEqual(app)
  expect((await stat(file)).mode & 0o777).toBe(0o600)
})

test('it replaces what was there, whatever that let others do', async () => {
  await writeFile(file, 'old')
  await chmod(file, 0o644)
  await keepGitHubApp(file, app)
  expect((await stat(file)).mode & 0o777).toBe(0o600)
  expect(await readdir(folder)).toEqual(['github-app.json'])
})

test('when it cannot be kept, nothing is left behind and nothing is told', async () => {
  await mkdir(file)
  const error = await keepGitHubApp(file, app).catch((it: unknown) => it)
  expect(String(error)).toContain('could not write')
  expect(JSON.stringify(error)).not.toContain('canary')
  expect(await readdir(folder)).toEqual(['github-app.json'])
})

test.each(['', '{', '[]', '{"id":7,"privateKey":"key-canary"}'])(
  'a file that holds %s says so',
  async text => {
    await writeFile(file, text)
    await expect(readGitHubApp(file)).rejects.toThrow(/github-app\.json: does not hold the credentials/)
    await expect(readGitHubApp(file)).rejects.not.toThrow(/canary/)
  },
)

test('where nothing is kept and nothing is set there is no App', async () => {
  expect(await configured({})).toBeNull()
})

test('an App of another GitHub is not taken for one of this', async () => {
  await keepGitHubApp(file, app)
  await expect(configured({ GHE_HOST: 'ghe.acme.com' })).rejects.toThrow(/App of https:\/\/github\.com/)
})

test('settings that are given by halves are named, also where an App is kept', async () => {
  await keepGitHubApp(file, app)
  await expect(configured({ APP_ID: '7' })).rejects.toThrow(/PRIVATE_KEY is not set[^]*WEBHOOK_SECRET/)
  expect(await readFile(file, 'utf8')).toContain('hook-canary')
})

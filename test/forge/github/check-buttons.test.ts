import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ProbotOctokit } from 'probot'
import type { Check, ForgeRepository } from '../../../src/forge/forge.ts'
import { createGitHubForge } from '../../../src/forge/github/github-forge.ts'
import { pacedOctokit } from '../../../src/forge/github/paced-octokit.ts'
import type { Repository } from '../../simulator/github/state.ts'
import { type GitHubSimulator, startGitHubSimulator } from '../../simulator/start-github-simulator.ts'

let github: GitHubSimulator
let repository: Repository
let forge: ForgeRepository
let head: string
const { signal } = new AbortController()

beforeAll(async () => {
  github = await startGitHubSimulator({ limits: { pointsPerMinute: 100_000, contentPerMinute: 10_000 } })
  const ada = github.createUser('ada')
  repository = await github.createRepository({ owner: ada, name: 'shop' })
  github.installApp({ owner: ada, repositories: [repository] })
  head = await github.pushCommit({ repository, author: ada, branch: 'x', files: { a: 'b' }, message: 'c' })
  const { id: appId, privateKey } = github.app
  const Octokit = pacedOctokit({ writeMilliseconds: 0, contentMilliseconds: 0 })
  const octokit = (installationId?: number): ProbotOctokit =>
    new Octokit({
      baseUrl: github.apiUrl,
      auth: { appId, privateKey, ...(installationId === undefined ? {} : { installationId }) },
    })
  const authenticate = async (id?: number) => octokit(id)
  forge = createGitHubForge({ webUrl: github.url, appId, authenticate }).repository('ada/shop')
})
afterAll(async () => {
  expect(github.violations).toEqual([])
  await github.stop()
})

const check = (name: string, it: Partial<Check> = {}): Check => ({
  name,
  revision: head,
  state: { kind: 'completed', conclusion: 'success' },
  title: 'title',
  summary: 'summary',
  annotations: [],
  detailsUrl: null,
  ...it,
})
const runs = (name: string) => github.checkRuns(repository, head).filter(it => it.name === name)
const again = { action: 'plan', label: 'Plan again', description: 'Compares anew' } as const

test('buttons come and go with the check, though nothing else of it changes', async () => {
  const id = await forge.upsertCheck(check('buttons', { actions: [again] }), null, signal)
  expect(runs('buttons')[0]?.actions).toEqual([
    { identifier: 'plan', label: 'Plan again', description: 'Compares anew' },
  ])
  expect(await forge.upsertCheck(check('buttons'), id, signal)).toBe(id)
  expect(runs('buttons').map(it => it.actions)).toEqual([[]])
})

test('texts that are too long and buttons that are too many are not refused', async () => {
  const long = { ...again, label: 'A label of more than twenty', description: 'd'.repeat(80) }
  await forge.upsertCheck(check('long', { actions: [long, long, long, long] }), null, signal)
  const [run] = runs('long')
  expect(run?.actions).toHaveLength(3)
  expect(run?.actions[0]?.label.length).toBeLessThanOrEqual(20)
  expect(run?.actions[0]?.description.length).toBeLessThanOrEqual(40)
})

test('another attempt that says the same is a new run; the same attempt is not', async () => {
  const first = await forge.upsertCheck(check('attempt', { attempt: '1' }), null, signal)
  expect(await forge.upsertCheck(check('attempt', { attempt: '1' }), first, signal)).toBe(first)
  const second = await forge.upsertCheck(check('attempt', { attempt: '2' }), first, signal)
  expect(second).not.toBe(first)
  const known = { kind: 'sent', id: second, isCompleted: true, annotations: 'none' } as const
  expect(await forge.upsertCheck(check('attempt', { attempt: '3' }), known, signal)).not.toBe(second)
  expect(runs('attempt')).toHaveLength(3)
})

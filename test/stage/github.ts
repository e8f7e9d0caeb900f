import { readdir, readFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { type GitHubSimulator, startGitHubSimulator } from '../simulator/start-github-simulator.ts'
import type { Repository, User } from '../simulator/github/state.ts'

/** GitHub with the guestbook in it: `acme/guestbook`, written by alice, reviewed by bob, watched by carol who may only read. */
export interface StageGitHub {
  readonly simulator: GitHubSimulator
  readonly repository: Repository
  readonly people: { readonly alice: User; readonly bob: User; readonly carol: User }
}

export interface StageGitHubOptions {
  /** What the repository holds before anything happens: the guestbook, or (default) just a README. */
  readonly files?: 'guestbook' | 'empty'
  readonly port?: number
}

export async function startStageGitHub(options: StageGitHubOptions = {}): Promise<StageGitHub> {
  const simulator = await startGitHubSimulator(options.port === undefined ? {} : { port: options.port })
  const acme = simulator.createUser('acme', { name: 'Acme', type: 'Organization' })
  const alice = simulator.createUser('alice', { name: 'Alice Ngo' })
  const bob = simulator.createUser('bob', { name: 'Bob Iyer' })
  const carol = simulator.createUser('carol', { name: 'Carol Weiss' })
  const files = options.files === 'guestbook' ? await guestbookFiles() : { 'README.md': '# Guestbook\n' }
  const repository = await simulator.createRepository({
    owner: acme,
    name: 'guestbook',
    description: 'A guestbook: redis leader, redis follower and a frontend, kept by pull request',
    files,
    collaborators: { alice: 'admin', bob: 'write', carol: 'read' },
  })
  simulator.installApp({ owner: acme, repositories: [repository] })
  return { simulator, repository, people: { alice, bob, carol } }
}

/** The example that ships with the project, path by path. */
export async function guestbookFiles(): Promise<Readonly<Record<string, string>>> {
  const root = new URL('../../examples/guestbook', import.meta.url).pathname
  const found = await readdir(root, { recursive: true, withFileTypes: true })
  const files = found.filter(it => it.isFile()).map(it => join(it.parentPath, it.name))
  const texts = await Promise.all(
    files.map(async file => [relative(root, file), await readFile(file, 'utf8')] as const),
  )
  return Object.fromEntries(texts)
}

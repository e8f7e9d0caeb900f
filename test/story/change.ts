import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { PullRequest } from '../simulator/github/state.ts'
import type { Story } from './step.ts'

const run = promisify(execFile)

/** Text of a file on a branch of the guestbook's repository. */
export async function fileAt(story: Story, branch: string, path: string): Promise<string> {
  const { folder } = story.stage.github.repository
  const { stdout } = await run('git', ['--git-dir', folder, 'show', `${branch}:${path}`])
  return stdout
}

/** The file with each text replaced; every text must be there. */
export async function edited(
  story: Story,
  file: { readonly branch: string; readonly path: string },
  replacements: Readonly<Record<string, string>>,
): Promise<Readonly<Record<string, string>>> {
  let text = await fileAt(story, file.branch, file.path)
  for (const [from, to] of Object.entries(replacements)) {
    assert.ok(text.includes(from), `${file.path} holds ${JSON.stringify(from)}`)
    text = text.replace(from, to)
  }
  return { [file.path]: text }
}

/** Alice pushes a branch and opens a pull request for it. */
export async function openChange(
  story: Story,
  change: {
    readonly branch: string
    readonly title: string
    readonly body?: string
    readonly files: Readonly<Record<string, string | null>>
  },
): Promise<PullRequest> {
  const { simulator, repository, people } = story.stage.github
  const { branch, title, files } = change
  await simulator.pushCommit({ repository, author: people.alice, branch, message: title, files })
  return simulator.openPullRequest({
    repository,
    author: people.alice,
    title,
    body: change.body ?? null,
    head: branch,
    base: 'main',
  })
}

/** Bob merges it; resolves with the merge commit. */
export async function merge(story: Story, pull: PullRequest): Promise<string> {
  const { simulator, people } = story.stage.github
  return simulator.mergePullRequest(pull, people.bob)
}

import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { eventually } from '../stage/eventually.ts'
import { kubectl } from '../stage/kubectl.ts'
import { edited, merge, openChange } from './change.ts'
import { isSynced } from './deploy.ts'
import { theCheck, theComment } from './seen.ts'
import type { Story, StoryStep } from './step.ts'

/** Nobody else writes these: wherever one turns up, a Secret has leaked. */
const canaries = [
  `canary-${randomBytes(8).toString('hex')}`,
  `canary-${randomBytes(8).toString('hex')}`,
] as const

/** A Secret comes, then changes; its keys are shown and its values are nowhere. */
export const secretSteps: readonly StoryStep[] = [
  {
    title: 'a Secret in the change: its keys are shown, its value is nowhere',
    async run(story) {
      const base = await edited(
        story,
        { branch: 'main', path: 'base/kustomization.yaml' },
        { '  - frontend.yaml': '  - frontend.yaml\n  - credentials.yaml' },
      )
      const first = await openChange(story, {
        branch: 'credentials',
        title: 'Credentials for redis',
        files: { ...base, 'base/credentials.yaml': secret(canaries[0]) },
      })
      await eventually(() => assert.equal(theCheck(story, first, 'plumbline').conclusion, 'success'))
      await merge(story, first)
      await Promise.all(['dev', 'prod'].map(name => isSynced(story, name)))
      await eventually(() => theComment(first, /synced/i))
      const live = await kubectl(
        story.stage.clusters.dev!,
        '-n',
        'guestbook',
        'get',
        'secret',
        'redis',
        '-o',
        'jsonpath={.data.password}',
      )
      assert.equal(Buffer.from(live, 'base64').toString(), canaries[0])

      const second = await openChange(story, {
        branch: 'credentials-2',
        title: 'New password for redis',
        files: { 'base/credentials.yaml': secret(canaries[1]) },
      })
      story.pull = second
      await eventually(() => {
        const { body } = theComment(second, '## Plumbline:')
        assert.match(body, /Secret `guestbook\/redis`/)
        assert.match(body, /^-\s+password: .*redacted/m)
        assert.match(body, /^\+\s+password: .*redacted/m)
      })
      await kubectl(
        story.stage.clusters.prod!,
        '-n',
        'guestbook',
        'patch',
        'secret',
        'redis',
        '-p',
        `{"stringData":{"password":"${canaries[0]}-by-hand"}}`,
      )
      await merge(story, second)
      await eventually(() => theComment(second, /synced/i))
      await isNowhere(story)
    },
  },
]

function secret(password: string): string {
  return `apiVersion: v1\nkind: Secret\nmetadata:\n  name: redis\nstringData:\n  user: guestbook\n  password: ${password}\n`
}

/** Looks for the canaries, plain and in base64, in everything that left the cluster: the forge, logs, database files. */
async function isNowhere(story: Story): Promise<void> {
  const needles = canaries.flatMap(it => [
    it,
    Buffer.from(it).toString('base64').replace(/=+$/, '').slice(0, -2),
  ])
  const holds = (text: string) => needles.some(needle => text.includes(needle))
  const { github, logFiles, server } = story.stage
  for (const issue of github.repository.issues.values()) {
    for (const text of [issue.title, issue.body ?? '', ...issue.comments.map(it => it.body)]) {
      assert.ok(!holds(text), `no Secret on #${issue.number}`)
    }
    const url = `${github.simulator.url}/acme/guestbook/${issue.pull ? 'pull' : 'issues'}/${issue.number}`
    const page = await (await fetch(url)).text()
    const shown = issue.pull ? withoutChangedFiles(page) : page
    assert.ok(!holds(shown), `no Secret on the page of #${issue.number}`)
    for (const plan of page.matchAll(/href="(http[^"]*\/plans\/[^"#]+)/g)) {
      assert.ok(!holds(await (await fetch(plan[1]!)).text()), `no Secret on ${plan[1]}`)
    }
  }
  for (const suite of github.repository.suites) {
    for (const run of suite.runs)
      assert.ok(!holds(JSON.stringify({ ...run, suite: null })), `no Secret in the check ${run.name}`)
  }
  for (const request of github.simulator.requests)
    assert.ok(!holds(JSON.stringify(request)), 'no Secret in a request')
  for (const file of logFiles) assert.ok(!holds(await readFile(file, 'utf8')), `no Secret in ${file}`)
  for (const file of await filesBelow(server.dataFolder)) {
    // The server's mirrors of the repository hold what people committed, as every clone does.
    if (file.includes('/git/')) continue
    assert.ok(!holds(await readFile(file, 'latin1')), `no Secret in ${file}`)
  }
}

/** The changed files are the pull request itself: who may read it has them in Git. */
function withoutChangedFiles(page: string): string {
  return page.replace(/<section[^>]*id="files"[\s\S]*?<\/section>/, '')
}

async function filesBelow(folder: string): Promise<readonly string[]> {
  const found = await readdir(folder, { recursive: true, withFileTypes: true })
  return found.filter(it => it.isFile()).map(it => join(it.parentPath, it.name))
}

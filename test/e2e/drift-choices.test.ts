import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Issue, PullRequest } from '../simulator/github/state.ts'
import { eventually } from '../stage/eventually.ts'
import { guestbookFiles } from '../stage/github.ts'
import { kubectl } from '../stage/kubectl.ts'
import { type Stage, startStage } from '../stage/stage.ts'
import { edited, fileAt, merge } from '../story/change.ts'
import { image, isSynced, replicas } from '../story/deploy.ts'
import { appComments, appIssues, theCheck, theComment } from '../story/seen.ts'
import type { Story } from '../story/step.ts'

const overlay = 'overlays/prod/kustomization.yaml'
const document = 'deploy/applications/guestbook-prod.yaml'
const newImage = 'us-docker.pkg.dev/google-samples/containers/gke/gb-frontend:v6'
const withinMs = 90_000

/** What becomes of drift where nobody heals it, by a comment and a merge: the server, the agent and a cluster together. */
describe('what a person can do about drift', () => {
  let stage: Stage
  let story: Story
  let issue: Issue
  let broken: string | null = null

  beforeAll(async () => {
    stage = await startStage({ clusters: ['prod'], prefix: 'choices', files: 'empty' })
    story = { stage, pull: null }
  }, 180_000)

  afterAll(async () => {
    await stage?.stop()
  }, 60_000)

  /** Each step starts from what the one before left. */
  function step(title: string, run: () => Promise<void>): void {
    test(title, async () => {
      expect(broken, 'the story stopped at an earlier step').toBeNull()
      broken = title
      await run()
      broken = null
    }, 180_000)
  }

  step('a push deploys the guestbook, and two hand edits become one issue', async () => {
    const { 'deploy/applications/guestbook-dev.yaml': _, ...files } = await guestbookFiles()
    await push('Add the guestbook', files)
    await isSynced(story, 'prod')
    await onProd('scale', 'deployment', 'redis-follower', '--replicas=5')
    await onProd('set', 'image', 'deployment/frontend', `web=${newImage}`)
    issue = await soon(() => {
      const open = appIssues(story, 'drift').filter(it => it.state === 'open')
      expect(open).toHaveLength(1)
      expect(open[0]!.title).toMatch(/guestbook on prod \(2 objects\)/)
      return open[0]!
    })
  })

  step('`/plumbline adopt` of somebody who may only read is not obeyed', async () => {
    const { simulator, people } = stage.github
    simulator.commentOn(issue, people.carol, '/plumbline adopt')
    await soon(() => theComment(issue, 'write permission'))
    expect(pulls()).toEqual([])
  })

  step('`/plumbline adopt` opens a pull request that makes Git say what the cluster has', async () => {
    const { simulator, people } = stage.github
    const comment = simulator.commentOn(issue, people.bob, '/plumbline adopt')
    story.pull = await soon(() => onlyPull())
    const pull = story.pull
    expect(pull.byApp).toBe(true)
    expect(pull.title).toMatch(/Adopt drift of guestbook on prod \(2 fields of 2 objects\)/)
    expect(pull.body).not.toContain('Not adopted')
    expect(pull.body).toContain('The cluster does not change by it')
    const before = await fileAt(story, 'main', overlay)
    const after = await fileAt(story, pull.pull.headBranch, overlay)
    expect(after).toContain('count: 5')
    // What stood there stays as it is.
    for (const line of before.split('\n').filter(it => !it.includes('count: 2')))
      expect(after).toContain(line)
    await soon(() => theComment(issue, `merge #${pull.number}`))
    await soon(() => expect(comment.reactions.map(it => it.content).sort()).toEqual(['+1', 'eyes']))
  })

  step('the plan of that pull request says that nothing changes', async () => {
    const pull = story.pull!
    await soon(() => expect(theCheck(story, pull, 'plumbline').conclusion).toBe('success'))
    await soon(() =>
      expect(theComment(pull, '## Plumbline:').body).toContain('nothing changes on any cluster'),
    )
    expect(theComment(pull, '## Plumbline:').body).not.toMatch(/replicas|image:/)
    expect(theCheck(story, pull, 'plumbline / guestbook @ prod').conclusion).toBe('success')
  })

  step('merging it ends the drift and closes the issue, and the cluster stays as it was', async () => {
    const before = [await spec('redis-follower'), await spec('frontend')]
    await merge(story, story.pull!)
    await soon(() => theComment(story.pull!, /synced on prod/))
    await soon(() => expect(issue.state).toBe('closed'))
    expect([await spec('redis-follower'), await spec('frontend')]).toEqual(before)
    expect(await replicas(story, 'prod', 'redis-follower')).toBe('5')
    expect(await image(story, 'prod', 'frontend')).toBe(newImage)
    await isSynced(story, 'prod')
  })

  step(
    'other drift opens the issue again; `/plumbline ignore` of one object leaves it to the cluster',
    async () => {
      const { simulator, people } = stage.github
      await onProd('scale', 'deployment', 'frontend', '--replicas=4')
      await soon(() => expect(issue.state).toBe('open'))
      await soon(() => expect(issue.title).toMatch(/1 object\)/))
      const comment = simulator.commentOn(issue, people.bob, '/plumbline ignore Deployment/frontend')
      story.pull = await soon(() => onlyPull())
      const pull = story.pull
      expect(pull.title).toMatch(/Ignore drift of guestbook on prod \(1 field\)/)
      const before = await fileAt(story, 'main', document)
      const after = await fileAt(story, pull.pull.headBranch, document)
      expect(after).toMatch(/ignoreDifferences:\n(.*\n)*.*\/spec\/replicas/)
      for (const line of before.split('\n')) expect(after).toContain(line)
      await soon(() => expect(comment.reactions.map(it => it.content).sort()).toEqual(['+1', 'eyes']))
      await soon(() => expect(theCheck(story, pull, 'plumbline').conclusion).toBe('success'))
      const { body } = theComment(pull, '## Plumbline:')
      expect(body).toContain('nothing changes on any cluster')
    },
  )

  step('merging that ends the drift without touching the cluster', async () => {
    const before = await spec('frontend')
    await merge(story, story.pull!)
    await soon(() => theComment(story.pull!, /synced on prod/))
    await soon(() => expect(issue.state).toBe('closed'))
    expect(await spec('frontend')).toBe(before)
    expect(await replicas(story, 'prod', 'frontend')).toBe('4')
  })

  step('the field that is ignored drifts no more, its neighbours do', async () => {
    await onProd('scale', 'deployment', 'frontend', '--replicas=6')
    await onProd('scale', 'deployment', 'redis-leader', '--replicas=2')
    await soon(() => {
      expect(issue.state).toBe('open')
      expect(issue.title).toMatch(/1 object\)/)
      expect(issue.body).toContain('redis-leader')
    })
    expect(issue.body).not.toContain('frontend')
  })

  step('an agent that cannot adopt says why, and no pull request is opened', async () => {
    const { simulator, people } = stage.github
    const resources = await edited(
      story,
      { branch: 'main', path: overlay },
      { '  - ../../base\n': '  - ../../base\n  - missing.yaml\n' },
    )
    await push('A base that is not there', resources)
    simulator.commentOn(issue, people.bob, '/plumbline adopt')
    const { body } = await soon(() => theComment(issue, 'Not adopted'))
    expect(body).toContain('missing.yaml')
    expect(pulls()).toEqual([])
  })

  test('everything said to GitHub fitted its published description', () => {
    expect(stage.github.simulator.violations).toEqual([])
  })

  function soon<Result>(look: () => Result | Promise<Result>): Promise<Result> {
    return eventually(look, withinMs)
  }

  async function push(message: string, files: Readonly<Record<string, string>>): Promise<void> {
    const { simulator, repository, people } = stage.github
    await simulator.pushCommit({ repository, author: people.alice, branch: 'main', message, files })
  }

  function onProd(...args: readonly string[]): Promise<string> {
    return kubectl(stage.clusters.prod!, '-n', 'guestbook', ...args)
  }

  /** Counts up with each change of what is wanted of it, by whomever. */
  function spec(deployment: string): Promise<string> {
    return onProd('get', 'deployment', deployment, '-o', 'jsonpath={.metadata.uid} {.metadata.generation}')
  }

  /** Open ones. */
  function pulls(): readonly PullRequest[] {
    const all = [...stage.github.repository.issues.values()]
    return all.filter((it): it is PullRequest => it.pull !== undefined && it.state === 'open')
  }

  function onlyPull(): PullRequest {
    const open = pulls()
    const said = appComments(issue).map(it => it.body)
    expect(open, `a pull request, after:\n${said.join('\n')}`).toHaveLength(1)
    return open[0]!
  }
})

import assert from 'node:assert/strict'
import type { Issue } from '../simulator/github/state.ts'
import { eventually } from '../stage/eventually.ts'
import { kubectl } from '../stage/kubectl.ts'
import { addressOf, appIssues } from './seen.ts'
import type { Story, StoryStep } from './step.ts'

/** A deployment is deleted by hand: healed on dev, raised on prod, and reverted by a comment. */
export const driftSteps: readonly StoryStep[] = [
  {
    title: 'a deployment deleted by hand on dev is back by itself, without an issue',
    async run(story) {
      const before = await uid(story, 'dev')
      await kubectl(story.stage.clusters.dev!, '-n', 'guestbook', 'delete', 'deployment', 'frontend')
      await eventually(async () => assert.notEqual(await uid(story, 'dev'), before))
      assert.equal(openDrift(story, 'dev').length, 0)
    },
  },
  {
    title: 'on prod it becomes one issue, with the diff',
    async run(story) {
      await kubectl(story.stage.clusters.prod!, '-n', 'guestbook', 'delete', 'deployment', 'frontend')
      const issue = await eventually(() => theDriftIssue(story))
      assert.match(issue.title, /Drift: guestbook on prod \(1 object\)/)
      assert.match(issue.body ?? '', /frontend/)
      assert.match(issue.body ?? '', /```diff/)
      return `issue #${issue.number}`
    },
  },
  {
    title: 'a second hand edit joins the same issue, with the name of who made it',
    async run(story) {
      await kubectl(
        story.stage.clusters.prod!,
        '-n',
        'guestbook',
        'scale',
        'deployment',
        'redis-follower',
        '--replicas=5',
      )
      await eventually(() => {
        const issue = theDriftIssue(story)
        assert.match(issue.title, /2 objects/)
        assert.match(issue.body ?? '', /kubectl/)
        assert.match(issue.body ?? '', /redis-follower/)
      })
    },
    shows: story => [
      {
        url: addressOf(story, theDriftIssue(story)),
        unfold: ['.box.bot details:nth-of-type(2) > summary'],
        holds: ['.box.bot td >> text=missing', '.box.bot td >> text=kubectl', 'aside .label >> text=drift'],
        picture: { name: 'drift-issue', from: 'main', until: '.box.bot' },
      },
    ],
  },
  {
    title: '`/plumbline revert` on the issue puts prod back and closes it',
    async run(story) {
      const { simulator, people } = story.stage.github
      const issue = theDriftIssue(story)
      const comment = simulator.commentOn(issue, people.bob, '/plumbline revert')
      await eventually(async () => {
        assert.equal(
          await kubectl(
            story.stage.clusters.prod!,
            '-n',
            'guestbook',
            'get',
            'deployment',
            'frontend',
            '-o',
            'name',
          ),
          'deployment.apps/frontend',
        )
        const scale = await kubectl(
          story.stage.clusters.prod!,
          '-n',
          'guestbook',
          'get',
          'deployment',
          'redis-follower',
          '-o',
          'jsonpath={.spec.replicas}',
        )
        assert.equal(scale, '2')
      })
      await eventually(() => assert.equal(issue.state, 'closed'))
      await eventually(() => assert.deepEqual(comment.reactions.map(it => it.content).sort(), ['+1', 'eyes']))
      assert.equal(appIssues(story, 'drift').length, 1)
    },
  },
]

function uid(story: Story, cluster: string): Promise<string> {
  return kubectl(
    story.stage.clusters[cluster]!,
    '-n',
    'guestbook',
    'get',
    'deployment',
    'frontend',
    '-o',
    'jsonpath={.metadata.uid}',
  )
}

function openDrift(story: Story, cluster: string): readonly Issue[] {
  return appIssues(story, 'drift').filter(it => it.state === 'open' && it.title.includes(` on ${cluster} `))
}

function theDriftIssue(story: Story): Issue {
  const found = openDrift(story, 'prod')
  assert.equal(found.length, 1, `one open drift issue, not ${found.length}`)
  return found[0]!
}

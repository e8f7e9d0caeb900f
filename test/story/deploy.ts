import assert from 'node:assert/strict'
import { eventually } from '../stage/eventually.ts'
import { guestbookFiles } from '../stage/github.ts'
import { kubectl } from '../stage/kubectl.ts'
import { edited, merge, openChange } from './change.ts'
import { addressOf, appComments, planPageOf, theCheck, theComment } from './seen.ts'
import type { Story, StoryStep } from './step.ts'

const clusters = ['dev', 'prod'] as const

/** From an empty repository to a guestbook on two clusters, then a change by pull request. */
export const deploySteps: readonly StoryStep[] = [
  {
    title: 'a push to main deploys the guestbook to dev and prod',
    async run(story) {
      const { simulator, repository, people } = story.stage.github
      const files = await guestbookFiles()
      await simulator.pushCommit({
        repository,
        author: people.alice,
        branch: 'main',
        message: 'Add the guestbook',
        files,
      })
      await Promise.all(clusters.map(name => isSynced(story, name)))
      assert.equal(await replicas(story, 'dev', 'frontend'), '2')
      assert.equal(await replicas(story, 'prod', 'frontend'), '3')
    },
  },
  {
    title: 'a pull request that scales the frontend and changes its image gets one comment and green checks',
    async run(story) {
      const files = await edited(
        story,
        { branch: 'main', path: 'base/frontend.yaml' },
        { 'replicas: 2': 'replicas: 3', 'gb-frontend:v5': 'gb-frontend:v6' },
      )
      story.pull = await openChange(story, {
        branch: 'frontend-v6',
        title: 'Frontend v6, three replicas',
        body: 'Version 6 of the frontend, with one more replica for the campaign.',
        files,
      })
      const pull = story.pull
      const comment = await eventually(() => theComment(pull, '## Plumbline:'))
      await eventually(() => {
        assert.match(comment.body, /1 application changes on 2 clusters/)
        assert.match(comment.body, /\| \[guestbook\]\([^)]*\) \| dev \| 0 \| 1 \| 0 \| 0 \|/)
        assert.match(comment.body, /\| \[guestbook\]\([^)]*\) \| prod \| 0 \| 1 \| 0 \| 0 \|/)
        assert.match(comment.body, /^-\s+(- )?image: .*gb-frontend:v5$/m)
        assert.match(comment.body, /^\+\s+(- )?image: .*gb-frontend:v6$/m)
        assert.match(comment.body, /^-\s+replicas: 2$/m)
        assert.match(comment.body, /^\+\s+replicas: 3$/m)
      })
      await eventually(() => {
        for (const name of ['plumbline', 'plumbline / guestbook @ dev', 'plumbline / guestbook @ prod']) {
          assert.equal(theCheck(story, pull, name).conclusion, 'success')
        }
      })
      assert.equal(appComments(pull).length, 1)
    },
    shows(story) {
      const pull = story.pull!
      return [
        {
          url: addressOf(story, pull),
          unfold: ['.box.bot summary'],
          holds: [
            '.box.bot td >> text=2 pods restart',
            '.box.bot pre.diff .add',
            '#checks >> text=plumbline / guestbook @ prod',
          ],
          picture: { name: 'pull-request', from: 'main', until: '#checks' },
        },
        {
          url: planPageOf(pull),
          holds: ['.overview td >> text=3 pods restart', '.change .d2h-ins', '.change .d2h-del'],
          picture: { name: 'plan-page', from: 'body', until: 'main > :last-child' },
        },
        { url: `${planPageOf(pull)}?diff=split`, holds: ['.d2h-file-side-diff .d2h-ins'] },
      ]
    },
  },
  {
    title: 'a second commit edits the same comment',
    async run(story) {
      const pull = story.pull!
      const before = theComment(pull, '## Plumbline:')
      const { simulator, repository, people } = story.stage.github
      const files = await edited(
        story,
        { branch: 'frontend-v6', path: 'base/frontend.yaml' },
        { 'replicas: 3': 'replicas: 4' },
      )
      await simulator.pushCommit({
        repository,
        author: people.alice,
        branch: 'frontend-v6',
        message: 'Four replicas',
        files,
      })
      await eventually(() => {
        const comment = theComment(pull, '## Plumbline:')
        assert.equal(comment.id, before.id)
        assert.match(comment.body, new RegExp(`Plan for \`${pull.pull.headSha.slice(0, 7)}\``))
        assert.match(comment.body, /^\+\s+replicas: 4$/m)
      })
      await eventually(() => assert.equal(theCheck(story, pull, 'plumbline').conclusion, 'success'))
      assert.equal(appComments(pull).length, 1)
    },
  },
  {
    title: 'the merge syncs both clusters, and the pull request says so',
    async run(story) {
      const pull = story.pull!
      await merge(story, pull)
      await eventually(async () => {
        assert.equal(
          await image(story, 'dev', 'frontend'),
          'us-docker.pkg.dev/google-samples/containers/gke/gb-frontend:v6',
        )
        assert.equal(await replicas(story, 'dev', 'frontend'), '4')
      })
      await Promise.all(clusters.map(name => isSynced(story, name)))
      await eventually(() => {
        const result = theComment(pull, /synced/i)
        assert.match(result.body, /dev/)
        assert.match(result.body, /prod/)
      })
    },
    shows: story => [
      {
        url: addressOf(story, story.pull!),
        holds: ['.state.merged', '.box.bot h2 >> text=synced on dev and prod', '.box.bot td >> text=healthy'],
      },
    ],
  },
]

/** `kubectl wait` works on an application's conditions, and its pods are Ready. */
export async function isSynced(story: Story, name: string): Promise<void> {
  const cluster = story.stage.clusters[name]!
  await eventually(() =>
    kubectl(cluster, '-n', 'plumbline-system', 'get', 'applications.plumbline.dev', 'guestbook'),
  )
  for (const condition of ['Synced', 'Healthy', 'Ready']) {
    await kubectl(
      cluster,
      '-n',
      'plumbline-system',
      'wait',
      `--for=condition=${condition}`,
      '--timeout=60s',
      'applications.plumbline.dev/guestbook',
    )
  }
  await kubectl(cluster, '-n', 'guestbook', 'wait', '--for=condition=Ready', '--timeout=30s', 'pods', '--all')
}

export function replicas(story: Story, cluster: string, deployment: string): Promise<string> {
  return kubectl(
    story.stage.clusters[cluster]!,
    '-n',
    'guestbook',
    'get',
    'deployment',
    deployment,
    '-o',
    'jsonpath={.spec.replicas}',
  )
}

export function image(story: Story, cluster: string, deployment: string): Promise<string> {
  const path = 'jsonpath={.spec.template.spec.containers[0].image}'
  return kubectl(
    story.stage.clusters[cluster]!,
    '-n',
    'guestbook',
    'get',
    'deployment',
    deployment,
    '-o',
    path,
  )
}

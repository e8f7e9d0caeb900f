import assert from 'node:assert/strict'
import { isPullRequest } from '../simulator/github/state.ts'
import { eventually } from '../stage/eventually.ts'
import { kubectl } from '../stage/kubectl.ts'
import { edited, fileAt, merge, openChange } from './change.ts'
import { image, isSynced } from './deploy.ts'
import { addressOf, appIssues, theCheck, theComment } from './seen.ts'
import type { StoryStep } from './step.ts'

/** An image that cannot be pulled is merged: everything goes back, and an issue says why. */
export const rollbackSteps: readonly StoryStep[] = [
  {
    title: 'an image that never pulls is merged: rolled back, new objects gone, an issue with the reason',
    async run(story) {
      const base = await edited(
        story,
        { branch: 'main', path: 'base/frontend.yaml' },
        { 'gb-frontend:v6': 'gb-frontend:does-not-exist' },
      )
      const settings = await fileAt(story, 'main', 'base/settings.yaml')
      const pull = await openChange(story, {
        branch: 'frontend-v7',
        title: 'Frontend v7',
        files: {
          ...base,
          'base/settings.yaml': `${settings}---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: campaign\ndata:\n  banner: autumn\n`,
        },
      })
      story.pull = pull
      await eventually(() => assert.equal(theCheck(story, pull, 'plumbline').conclusion, 'success'))
      await merge(story, pull)
      const issue = await eventually(() => {
        const found = appIssues(story, 'sync-failed').filter(
          it => it.state === 'open' && it.title.includes(' on dev '),
        )
        assert.equal(found.length, 1, 'one issue for dev')
        return found[0]!
      }, 180_000)
      assert.match(issue.body ?? '', /ImagePullBackOff|ErrImagePull/)
      await eventually(() => {
        const assignees = issue.assignees.map(it => it.login)
        assert.deepEqual(assignees, ['alice'])
      })
      await eventually(() => {
        const result = theComment(pull, /rolled back/i)
        assert.match(result.body, new RegExp(`#${issue.number}\\b|/issues/${issue.number}\\b`))
        assert.match(result.body, /ImagePullBackOff|ErrImagePull/)
      })
      await eventually(async () => {
        assert.equal(
          await image(story, 'dev', 'frontend'),
          'us-docker.pkg.dev/google-samples/containers/gke/gb-frontend:v6',
        )
        assert.equal(
          await image(story, 'prod', 'frontend'),
          'us-docker.pkg.dev/google-samples/containers/gke/gb-frontend:v6',
        )
      })
      const maps = await kubectl(
        story.stage.clusters.dev!,
        '-n',
        'guestbook',
        'get',
        'configmaps',
        '-o',
        'name',
      )
      assert.ok(!maps.includes('campaign'), 'the new ConfigMap is gone')
      return `issue #${issue.number}`
    },
    shows: story => [
      {
        url: addressOf(story, story.pull!),
        unfold: ['.box.bot summary >> text=Last events >> nth=0'],
        holds: [
          '.box.bot td >> text=rolled back',
          '.box.bot li >> text=ImagePullBackOff',
          '.box.bot details[open] pre',
        ],
      },
      ...appIssues(story, 'sync-failed').map(issue => ({
        url: addressOf(story, issue),
        holds: ['.box.bot li >> text=ImagePullBackOff', 'aside .label >> text=sync-failed'],
      })),
    ],
  },
  {
    title: 'the revert that Plumbline proposes is planned, merged and synced like any other change',
    async run(story) {
      const { repository } = story.stage.github
      const failed = story.pull!
      const pull = await eventually(() => {
        const proposed = [...repository.issues.values()].filter(isPullRequest).filter(it => it.byApp)
        assert.equal(proposed.length, 1, 'one proposal')
        return proposed[0]!
      })
      assert.equal(pull.title, `Revert "Frontend v7" (#${failed.number})`)
      await eventually(() => theComment(failed, `#${pull.number}`))
      story.pull = pull
      await eventually(() => assert.equal(theCheck(story, pull, 'plumbline').conclusion, 'success'))
      await merge(story, pull)
      await Promise.all(['dev', 'prod'].map(name => isSynced(story, name)))
      await eventually(() => theComment(pull, /synced/i))
      return `pull request #${pull.number}`
    },
    shows: story => [
      {
        url: addressOf(story, story.pull!),
        holds: ['text=Revert "Frontend v7" >> nth=0', 'text=did not succeed'],
      },
    ],
  },
]

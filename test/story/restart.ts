import assert from 'node:assert/strict'
import type { Cluster } from '../../tools/control-plane/cluster.ts'
import { eventually } from '../stage/eventually.ts'
import { kubectl } from '../stage/kubectl.ts'
import { edited, merge, openChange } from './change.ts'
import { isSynced, replicas } from './deploy.ts'
import { appComments, theCheck, theComment } from './seen.ts'
import type { StoryStep } from './step.ts'

/** Processes die at the worst moment, and nothing is lost or done twice. */
export const restartSteps: readonly StoryStep[] = [
  {
    title: 'the server is killed between webhook and comment: the comment still comes, once',
    async run(story) {
      const { github, server } = story.stage
      const { simulator } = github
      const files = await edited(
        story,
        { branch: 'main', path: 'base/settings.yaml' },
        { 'TITLE: Guestbook': 'TITLE: Visitors' },
      )
      const delivered = simulator.deliveries.length
      const pull = await openChange(story, { branch: 'title', title: 'A new title', files })
      story.pull = pull
      await eventually(() => {
        const opened = simulator.deliveries
          .slice(delivered)
          .find(it => it.event === 'pull_request' && it.action === 'opened')
        assert.ok(opened && opened.statusCode >= 200 && opened.statusCode < 300, 'the webhook was taken')
      })
      await server.stop('SIGKILL')
      const early = appComments(pull).length
      await server.start()
      await eventually(() => assert.match(theComment(pull, '## Plumbline:').body, /Visitors/), 60_000)
      await eventually(() => assert.equal(theCheck(story, pull, 'plumbline').conclusion, 'success'))
      assert.equal(appComments(pull).length, 1)
      return early === 0 ? 'killed before the comment' : 'killed after the comment'
    },
  },
  {
    title:
      'the agent is killed in the middle of a sync: the sync is finished or rolled back after its restart',
    async run(story) {
      const { stage } = story
      const dev = stage.clusters.dev!
      const files = await edited(
        story,
        { branch: 'main', path: 'base/frontend.yaml' },
        {
          'replicas: 4': 'replicas: 6',
          // So that the sync waits for pods when it is killed, as it would in a real cluster.
          '  template:\n    metadata:\n':
            '  template:\n    metadata:\n      annotations:\n        plumbline.dev/simulate: slow-start\n',
        },
      )
      const pull = await openChange(story, { branch: 'six', title: 'Six replicas', files })
      await eventually(() => assert.equal(theCheck(story, pull, 'plumbline').conclusion, 'success'))
      await merge(story, pull)
      await eventually(async () => assert.notEqual(await journals(dev), ''))
      await stage.stopAgent('dev', 'SIGKILL')
      assert.notEqual(await journals(dev), '', 'the sync was in its middle')
      await stage.startAgent('dev')
      await eventually(async () => assert.equal(await journals(dev), ''), 60_000)
      await isSynced(story, 'dev')
      assert.equal(await replicas(story, 'dev', 'frontend'), '6')
      await eventually(() => theComment(pull, /synced/i))
    },
  },
]

/** There is one from before a sync's first write until its end. */
function journals(cluster: Cluster): Promise<string> {
  const type = '--field-selector=type=plumbline.dev/journal.v1'
  return kubectl(cluster, '-n', 'plumbline-system', 'get', 'secrets', type, '-o', 'name')
}

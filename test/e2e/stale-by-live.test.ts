import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eventually } from '../stage/eventually.ts'
import { guestbookFiles } from '../stage/github.ts'
import { kubectl } from '../stage/kubectl.ts'
import { type Stage, startStage } from '../stage/stage.ts'
import { edited, openChange } from '../story/change.ts'
import { isSynced } from '../story/deploy.ts'
import { appComments, theCheck, theComment } from '../story/seen.ts'
import type { Story } from '../story/step.ts'

const overlay = 'overlays/prod/kustomization.yaml'

/** A plan that people look at while somebody changes the cluster under it: the server, the agent and a cluster together. */
describe('an open plan whose cluster changes', () => {
  let stage: Stage
  let story: Story

  beforeAll(async () => {
    stage = await startStage({ clusters: ['prod'], prefix: 'stale', files: 'empty' })
    story = { stage, pull: null }
  }, 180_000)

  afterAll(async () => {
    await stage?.stop()
  }, 60_000)

  const soon = <Result>(look: () => Result | Promise<Result>) => eventually(look, 120_000)
  const onProd = (...args: readonly string[]) => kubectl(stage.clusters.prod!, '-n', 'guestbook', ...args)

  test('is made again, in the same comment, and again after the agent was away', async () => {
    const { simulator, repository, people } = stage.github
    const { 'deploy/applications/guestbook-dev.yaml': _, ...files } = await guestbookFiles()
    const first = { repository, author: people.alice, branch: 'main', message: 'Add the guestbook', files }
    await simulator.pushCommit(first)
    await isSynced(story, 'prod')

    const settings = 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: motd }\ndata: { text: hello }\n'
    const change = await edited(
      story,
      { branch: 'main', path: overlay },
      { '  - ../../base': '  - ../../base\n  - motd.yaml', 'count: 2': 'count: 4' },
    )
    const pull = await openChange(story, {
      branch: 'motd',
      title: 'Say hello',
      files: { ...change, 'overlays/prod/motd.yaml': settings },
    })
    const body = () => theComment(pull, '## Plumbline:').body
    const runs = () =>
      simulator.checkRuns(repository, pull.pull.headSha).filter(it => it.name === 'plumbline').length
    await soon(() => expect(theCheck(story, pull, 'plumbline').conclusion).toBe('success'))
    await soon(() => expect(body()).toMatch(/ConfigMap `guestbook\/motd`, create/))

    // Somebody creates what the plan would create.
    await onProd('create', 'configmap', 'motd', '--from-literal=text=mine')
    await soon(() => expect(body()).not.toMatch(/ConfigMap `guestbook\/motd`, create/))
    // After the comment: the plan that was made again has a run of its own.
    await soon(() => expect(runs()).toBe(2))
    await soon(() => expect(theCheck(story, pull, 'plumbline').status).toBe('completed'))

    // And changes what it would change, while nobody looks.
    await stage.stopAgent('prod')
    await onProd('scale', 'deployment', 'redis-follower', '--replicas=9')
    await stage.startAgent('prod')
    await soon(() => expect(body()).toMatch(/\b9\b/))
    await soon(() => expect(theCheck(story, pull, 'plumbline').status).toBe('completed'))
    expect(appComments(pull)).toHaveLength(1)
    expect(stage.github.simulator.violations).toEqual([])
  }, 400_000)
})

import { Webhooks } from '@octokit/webhooks'
import { expect, test } from 'vitest'
import { openScaling, startScene } from './simulator-fixture.ts'

test('a day in a pull request is told in events that fit their published schemas', async () => {
  await using scene = await startScene()
  const { simulator, receiver, ada, repository } = scene
  const { pull } = await openScaling(scene)
  const bob = simulator.createUser('bob')
  await simulator.setDraft(pull, ada, true)
  await simulator.setDraft(pull, ada, false)
  await simulator.editIssue(pull, ada, { title: 'Scale to three' })
  const comment = simulator.commentOn(pull, ada, '/plumbline plan')
  simulator.editComment(comment, ada, '/plumbline help')
  simulator.deleteComment(comment, ada)
  await simulator.closeIssue(pull, ada)
  await simulator.reopenIssue(pull, ada)
  const files = { 'apps/backend.yaml': 'replicas: 1\n' }
  await simulator.pushCommit({ repository, author: ada, branch: 'scale', files, message: 'Backend' })
  const issue = await simulator.openIssue(repository, bob, { title: 'Slow', labels: ['bug'] })
  await simulator.editIssue(issue, bob, { body: 'Very.' })
  await simulator.closeIssue(issue, ada)
  await simulator.reopenIssue(issue, bob)
  await simulator.mergePullRequest(pull, ada)
  await simulator.settled()
  expect(new Set(receiver.names())).toEqual(
    new Set([
      'installation.created',
      'push',
      'check_suite.requested',
      'pull_request.opened',
      'pull_request.converted_to_draft',
      'pull_request.ready_for_review',
      'pull_request.edited',
      'issue_comment.created',
      'issue_comment.edited',
      'issue_comment.deleted',
      'pull_request.closed',
      'pull_request.reopened',
      'pull_request.synchronize',
      'issues.opened',
      'issues.labeled',
      'issues.edited',
      'issues.closed',
      'issues.reopened',
    ]),
  )
  const webhooks = new Webhooks({ secret: simulator.app.webhookSecret })
  for (const { raw, headers } of receiver.received) {
    expect(await webhooks.verify(raw.toString(), String(headers['x-hub-signature-256']))).toBe(true)
  }
  expect(simulator.violations).toEqual([])
})

test('a lost delivery is not repeated, stands in the log, and keeps its guid when asked for again', async () => {
  await using scene = await startScene()
  const { simulator, receiver, ada, repository, appOctokit } = scene
  await simulator.settled()
  receiver.received.length = 0
  simulator.faults.onDelivery('issues.opened', { kind: 'lose' })
  await simulator.openIssue(repository, ada, { title: 'Unheard' })
  await simulator.settled()
  expect(receiver.names()).toEqual([])

  const failed = await appOctokit.rest.apps.listWebhookDeliveries({ status: 'failure' })
  expect(failed.data.map(one => [one.event, one.action, one.redelivery])).toEqual([
    ['issues', 'opened', false],
  ])
  const delivery_id = failed.data[0]?.id ?? 0
  await appOctokit.rest.apps.redeliverWebhookDelivery({ delivery_id })
  await simulator.settled()
  expect(receiver.received.map(one => one.guid)).toEqual([failed.data[0]?.guid])
  const newest = (await appOctokit.rest.apps.listWebhookDeliveries({ per_page: 1 })).data[0]
  const detail = await appOctokit.rest.apps.getWebhookDelivery({ delivery_id: newest?.id ?? 0 })
  expect(detail.data).toMatchObject({ redelivery: true, status_code: 202, response: { payload: 'ok' } })
  expect(simulator.violations).toEqual([])
})

test('a delivery that fails stays failed, and one can be had twice', async () => {
  await using scene = await startScene()
  const { simulator, receiver, ada, repository } = scene
  await simulator.settled()
  receiver.received.length = 0
  receiver.status = 500
  simulator.faults.onDelivery('issues.opened', { kind: 'duplicate' })
  await simulator.openIssue(repository, ada, { title: 'Twice' })
  await simulator.settled()
  expect(new Set(receiver.received.map(one => one.guid)).size).toBe(1)
  expect(receiver.received).toHaveLength(2)
  expect(simulator.deliveries.at(-1)).toMatchObject({ statusCode: 500, status: 'Invalid HTTP Response: 500' })
})

test("a check run's button and re-run reach the app", async () => {
  await using scene = await startScene()
  const { simulator, receiver, ada, repository, octokit } = scene
  const { sha } = await openScaling(scene)
  await octokit.rest.checks.create({
    owner: 'ada',
    repo: 'shop',
    name: 'plumbline',
    head_sha: sha,
    actions: [{ label: 'Plan again', description: 'Plans again', identifier: 'plan' }],
  })
  const [run] = simulator.checkRuns(repository, sha)
  if (!run) throw new Error('the run was just created')
  simulator.requestAction(repository, run, ada, 'plan')
  simulator.rerequestRun(repository, run, ada)
  await simulator.settled()
  const asked = receiver.received.find(one => one.payload.action === 'requested_action')
  expect(asked?.payload).toMatchObject({ requested_action: { identifier: 'plan' }, sender: { login: 'ada' } })
  expect(asked?.payload.check_run.pull_requests).toHaveLength(1)
  expect(receiver.names()).toContain('check_run.rerequested')
  expect(simulator.violations).toEqual([])
})

test('a ping and changes of an installation are told too', async () => {
  await using scene = await startScene()
  const { simulator, receiver, ada, installation } = scene
  simulator.ping()
  const diary = await simulator.createRepository({ owner: ada, name: 'diary' })
  simulator.addRepositories(installation, [diary])
  simulator.removeRepositories(installation, [diary])
  await simulator.settled()
  expect(receiver.names().sort()).toEqual([
    'installation.created',
    'installation_repositories.added',
    'installation_repositories.removed',
    'ping',
  ])
  expect(simulator.violations).toEqual([])
})

test('a pull request from a fork follows its branch', async () => {
  await using scene = await startScene()
  const { simulator, receiver, repository } = scene
  const eve = simulator.createUser('eve')
  const fork = await simulator.forkRepository(repository, eve)
  const files = { 'README.md': '# Fork\n' }
  await simulator.pushCommit({ repository: fork, author: eve, branch: 'typo', files, message: 'Fix' })
  const input = { repository, author: eve, title: 'Fix', head: 'eve:typo', base: 'main' }
  const pull = await simulator.openPullRequest(input)
  const more = { 'README.md': '# Forked\n' }
  const sha = await simulator.pushCommit({
    repository: fork,
    author: eve,
    branch: 'typo',
    files: more,
    message: 'More',
  })
  await simulator.settled()
  expect(pull.pull.headSha).toBe(sha)
  const told = receiver.received.find(one => one.payload.action === 'synchronize')?.payload
  expect(told?.pull_request.head.repo.full_name).toBe('eve/shop')
  // The fork has no installation, so its push is nobody's business.
  expect(receiver.names()).not.toContain('push')
  expect(simulator.violations).toEqual([])
})

import { expect, test } from 'vitest'
import { openScaling, shop, startScene } from './simulator-fixture.ts'

test('the app lists its installations, takes a token, comments and reports a check', async () => {
  await using scene = await startScene()
  const { appOctokit, octokit, installation, simulator, receiver } = scene
  const { sha, pull } = await openScaling(scene)

  const installations = await appOctokit.rest.apps.listInstallations()
  expect(installations.data.map(one => one.id)).toEqual([installation.id])
  const comment = await octokit.rest.issues.createComment({
    ...shop,
    issue_number: pull.number,
    body: 'Planned.',
  })
  expect(comment.data.user?.login).toBe(`${simulator.app.slug}[bot]`)
  const run = await octokit.rest.checks.create({
    ...shop,
    name: 'plumbline',
    head_sha: sha,
    status: 'in_progress',
  })
  await octokit.rest.checks.update({
    ...shop,
    check_run_id: run.data.id,
    conclusion: 'success',
    output: { title: 'Planned', summary: 'One change' },
  })
  const runs = await octokit.rest.checks.listForRef({ ...shop, ref: 'scale' })
  expect(runs.data.check_runs.map(one => [one.name, one.conclusion])).toEqual([['plumbline', 'success']])
  const detail = await octokit.rest.pulls.get({ ...shop, pull_number: pull.number })
  expect(detail.data).toMatchObject({
    mergeable: true,
    changed_files: 1,
    additions: 1,
    deletions: 1,
    commits: 1,
  })

  await simulator.settled()
  expect(receiver.names()).toEqual(
    expect.arrayContaining(['push', 'pull_request.opened', 'issue_comment.created', 'check_run.completed']),
  )
  expect(simulator.violations).toEqual([])
})

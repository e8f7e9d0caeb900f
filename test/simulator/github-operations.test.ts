import { ProbotOctokit } from 'probot'
import { expect, test } from 'vitest'
import { newAppCode, openScaling, type Scene, shop, startScene } from './simulator-fixture.ts'

/** Every operation that a test below is about is called here at least once, and must answer as GitHub describes. */
const tours: Readonly<Record<string, (scene: Scene) => Promise<void>>> = {
  'repositories and users': async ({ octokit, appOctokit, simulator, ada }) => {
    expect((await octokit.rest.repos.get(shop)).data.full_name).toBe('ada/shop')
    expect((await octokit.rest.repos.listBranches(shop)).data.map(one => one.name)).toEqual(['main'])
    expect((await octokit.rest.repos.getBranch({ ...shop, branch: 'main' })).data.name).toBe('main')
    const level = await octokit.rest.repos.getCollaboratorPermissionLevel({ ...shop, username: 'ada' })
    expect(level.data.permission).toBe('admin')
    expect((await octokit.rest.users.getByUsername({ username: 'ada' })).data.name).toBe('Ada Lovelace')
    const person = new ProbotOctokit({
      baseUrl: simulator.apiUrl,
      authStrategy: undefined,
      auth: simulator.tokenFor(ada),
    })
    expect((await person.rest.users.getAuthenticated()).data.login).toBe('ada')
    expect((await octokit.rest.apps.listReposAccessibleToInstallation()).data.total_count).toBe(1)
    expect((await appOctokit.rest.apps.getAuthenticated()).data?.slug).toBe(simulator.app.slug)
    expect((await appOctokit.rest.apps.getRepoInstallation(shop)).data.app_slug).toBe(simulator.app.slug)
    expect((await octokit.rest.rateLimit.get()).data.rate.limit).toBe(5000)
    await octokit.rest.meta.root()
    const code = await newAppCode(simulator)
    expect(
      (
        await new ProbotOctokit({ baseUrl: simulator.apiUrl }).request(
          'POST /app-manifests/{code}/conversions',
          { code },
        )
      ).data.pem,
    ).toContain('RSA')
  },

  'commits and comparisons': async scene => {
    const { octokit } = scene
    const { sha } = await openScaling(scene)
    expect((await octokit.rest.repos.listCommits({ ...shop, sha: 'scale' })).data).toHaveLength(2)
    expect((await octokit.rest.repos.getCommit({ ...shop, ref: sha })).data.files?.[0]?.patch).toContain(
      '+replicas: 3',
    )
    const compared = await octokit.rest.repos.compareCommitsWithBasehead({
      ...shop,
      basehead: 'main...scale',
    })
    expect(compared.data).toMatchObject({ status: 'ahead', ahead_by: 1 })
    const pulls = await octokit.rest.repos.listPullRequestsAssociatedWithCommit({ ...shop, commit_sha: sha })
    expect(pulls.data).toHaveLength(1)
  },

  'git objects and refs': async ({ octokit }) => {
    const blob = await octokit.rest.git.createBlob({ ...shop, content: 'a: 1\n' })
    expect((await octokit.rest.git.getBlob({ ...shop, file_sha: blob.data.sha })).data.size).toBe(5)
    const head = (await octokit.rest.git.getRef({ ...shop, ref: 'heads/main' })).data.object.sha
    const entry = { path: 'new/a.yaml', mode: '100644', type: 'blob', sha: blob.data.sha } as const
    const made = await octokit.rest.git.createTree({ ...shop, base_tree: head, tree: [entry] })
    const whole = await octokit.rest.git.getTree({ ...shop, tree_sha: made.data.sha, recursive: 'true' })
    expect(whole.data.tree.map(one => one.path)).toEqual([
      'README.md',
      'apps',
      'apps/frontend.yaml',
      'new',
      'new/a.yaml',
    ])
    const commit = { ...shop, message: 'Add a', tree: made.data.sha, parents: [head] }
    const { sha } = (await octokit.rest.git.createCommit(commit)).data
    expect((await octokit.rest.git.getCommit({ ...shop, commit_sha: sha })).data.message).toBe('Add a')
    await octokit.rest.git.createRef({ ...shop, ref: 'refs/heads/adopt/a', sha: head })
    await octokit.rest.git.updateRef({ ...shop, ref: 'heads/adopt/a', sha })
    const back = octokit.rest.git.updateRef({ ...shop, ref: 'heads/adopt/a', sha: head })
    await expect(back).rejects.toMatchObject({ status: 422 })
    expect((await octokit.rest.git.listMatchingRefs({ ...shop, ref: 'heads/adopt' })).data).toHaveLength(1)
    await octokit.rest.git.deleteRef({ ...shop, ref: 'heads/adopt/a' })
    await expect(octokit.rest.git.getRef({ ...shop, ref: 'heads/adopt/a' })).rejects.toMatchObject({
      status: 404,
    })
  },

  contents: async ({ octokit }) => {
    const path = 'apps/frontend.yaml'
    const read = await octokit.rest.repos.getContent({ ...shop, path })
    if (!('content' in read.data)) throw new Error('a file has content')
    expect(Buffer.from(read.data.content, 'base64').toString()).toBe('replicas: 1\n')
    const content = Buffer.from('replicas: 2\n').toString('base64')
    const without = octokit.rest.repos.createOrUpdateFileContents({ ...shop, path, content, message: 'Two' })
    await expect(without).rejects.toMatchObject({ status: 422 })
    const change = { ...shop, path, content, message: 'Two', sha: read.data.sha }
    expect((await octokit.rest.repos.createOrUpdateFileContents(change)).status).toBe(200)
    await expect(octokit.rest.repos.createOrUpdateFileContents(change)).rejects.toMatchObject({ status: 409 })
    expect((await octokit.rest.repos.getContent({ ...shop, path: 'apps' })).data).toHaveLength(1)
    const raw = await octokit.rest.repos.getContent({ ...shop, path, mediaType: { format: 'raw' } })
    expect(raw.data).toBe('replicas: 2\n')
  },

  'pull requests': async scene => {
    const { octokit } = scene
    const { pull, sha } = await openScaling(scene)
    const pull_number = pull.number
    expect((await octokit.rest.pulls.list({ ...shop, head: 'ada:scale' })).data).toHaveLength(1)
    const update = { ...shop, pull_number, title: 'Scale to three', body: 'Because.' }
    expect((await octokit.rest.pulls.update(update)).data.title).toBe('Scale to three')
    const files = await octokit.rest.pulls.listFiles({ ...shop, pull_number })
    expect(files.data.map(one => [one.filename, one.status])).toEqual([['apps/frontend.yaml', 'modified']])
    expect((await octokit.rest.pulls.listCommits({ ...shop, pull_number })).data.map(one => one.sha)).toEqual(
      [sha],
    )
    const diff = await octokit.rest.pulls.get({ ...shop, pull_number, mediaType: { format: 'diff' } })
    expect(diff.data).toContain('+replicas: 3')
    const again = { ...shop, title: 'Again', head: 'scale', base: 'main' }
    await expect(octokit.rest.pulls.create(again)).rejects.toMatchObject({ status: 422 })
    await octokit.rest.pulls.update({ ...shop, pull_number, state: 'closed' })
    expect((await octokit.rest.pulls.create({ ...again, draft: true })).data.draft).toBe(true)
    await expect(octokit.rest.pulls.checkIfMerged({ ...shop, pull_number })).rejects.toMatchObject({
      status: 404,
    })
  },

  'issues, labels and assignees': async ({ octokit }) => {
    await octokit.rest.issues.createLabel({
      ...shop,
      name: 'drift',
      color: 'd93f0b',
      description: 'Live differs',
    })
    expect((await octokit.rest.issues.getLabel({ ...shop, name: 'drift' })).data.color).toBe('d93f0b')
    const open = {
      ...shop,
      title: 'Drift: shop on dev',
      body: 'One object',
      labels: ['plumbline', 'drift'],
      assignees: ['ada'],
    }
    const { number: issue_number } = (await octokit.rest.issues.create(open)).data
    const listed = await octokit.rest.issues.listForRepo({
      ...shop,
      labels: 'drift',
      creator: 'plumbline-local[bot]',
    })
    expect(listed.data.map(one => one.number)).toEqual([issue_number])
    await octokit.rest.issues.addLabels({ ...shop, issue_number, labels: ['bug'] })
    await octokit.rest.issues.setLabels({ ...shop, issue_number, labels: ['drift', 'bug'] })
    await octokit.rest.issues.removeLabel({ ...shop, issue_number, name: 'bug' })
    expect((await octokit.rest.issues.listLabelsOnIssue({ ...shop, issue_number })).data).toHaveLength(1)
    expect((await octokit.rest.issues.listLabelsForRepo(shop)).data.length).toBeGreaterThan(3)
    await octokit.rest.issues.removeAssignees({ ...shop, issue_number, assignees: ['ada'] })
    await octokit.rest.issues.addAssignees({ ...shop, issue_number, assignees: ['ada'] })
    const close = { ...shop, issue_number, state: 'closed', state_reason: 'completed' } as const
    expect((await octokit.rest.issues.update(close)).data.closed_by?.type).toBe('Bot')
    expect(
      (await octokit.rest.issues.update({ ...shop, issue_number, state: 'open' })).data.state_reason,
    ).toBe('reopened')
    expect((await octokit.rest.issues.get({ ...shop, issue_number })).data.title).toBe(open.title)
  },

  'comments and reactions': async ({ octokit, simulator, repository, ada }) => {
    const issue = await simulator.openIssue(repository, ada, { title: 'Something' })
    const issue_number = issue.number
    const mine = await octokit.rest.issues.createComment({ ...shop, issue_number, body: 'One' })
    const comment_id = mine.data.id
    await octokit.rest.issues.updateComment({ ...shop, comment_id, body: 'Two' })
    expect((await octokit.rest.issues.getComment({ ...shop, comment_id })).data.body).toBe('Two')
    expect((await octokit.rest.issues.listComments({ ...shop, issue_number })).data).toHaveLength(1)
    expect((await octokit.rest.issues.listCommentsForRepo(shop)).data).toHaveLength(1)
    const eyes = await octokit.rest.reactions.createForIssueComment({ ...shop, comment_id, content: 'eyes' })
    const again = await octokit.rest.reactions.createForIssueComment({ ...shop, comment_id, content: 'eyes' })
    expect([eyes.status, again.status, again.data.id]).toEqual([201, 200, eyes.data.id])
    expect((await octokit.rest.reactions.listForIssueComment({ ...shop, comment_id })).data).toHaveLength(1)
    await octokit.rest.reactions.deleteForIssueComment({ ...shop, comment_id, reaction_id: eyes.data.id })
    const up = await octokit.rest.reactions.createForIssue({ ...shop, issue_number, content: '+1' })
    expect((await octokit.rest.reactions.listForIssue({ ...shop, issue_number })).data).toHaveLength(1)
    await octokit.rest.reactions.deleteForIssue({ ...shop, issue_number, reaction_id: up.data.id })
    await octokit.rest.issues.deleteComment({ ...shop, comment_id })
    expect((await octokit.rest.issues.listComments({ ...shop, issue_number })).data).toEqual([])
  },

  checks: async scene => {
    const { octokit } = scene
    const { sha } = await openScaling(scene)
    const annotation = {
      path: 'apps/frontend.yaml',
      start_line: 1,
      end_line: 1,
      annotation_level: 'failure',
      message: 'Deployment has no image',
    } as const
    const run = await octokit.rest.checks.create({
      ...shop,
      name: 'plumbline',
      head_sha: sha,
      conclusion: 'action_required',
      details_url: 'http://127.0.0.1/plans/1',
      external_id: 'plan-1',
      output: { title: 'Waits', summary: 'Approve me', text: 'More', annotations: [annotation] },
      actions: [{ label: 'Approve', description: 'Approve this plan', identifier: 'approve' }],
    })
    const check_run_id = run.data.id
    await octokit.rest.checks.update({
      ...shop,
      check_run_id,
      output: { summary: 'Still', annotations: [annotation] },
    })
    expect((await octokit.rest.checks.get({ ...shop, check_run_id })).data.output.annotations_count).toBe(2)
    expect((await octokit.rest.checks.listAnnotations({ ...shop, check_run_id })).data).toHaveLength(2)
    await octokit.rest.checks.rerequestRun({ ...shop, check_run_id })
    const suites = await octokit.rest.checks.listSuitesForRef({ ...shop, ref: sha })
    const check_suite_id = suites.data.check_suites[0]?.id ?? 0
    expect((await octokit.rest.checks.getSuite({ ...shop, check_suite_id })).data.conclusion).toBe(
      'action_required',
    )
  },

  'statuses and deployments': async scene => {
    const { octokit } = scene
    const { sha } = await openScaling(scene)
    const context = 'plumbline / shop @ dev'
    await octokit.rest.repos.createCommitStatus({ ...shop, sha, state: 'pending', context })
    const deploy = { ...shop, ref: sha, environment: 'dev', auto_merge: false, payload: { plan: 1 } }
    await expect(octokit.rest.repos.createDeployment(deploy)).rejects.toMatchObject({ status: 409 })
    await octokit.rest.repos.createCommitStatus({
      ...shop,
      sha,
      state: 'success',
      context,
      description: 'Synced',
    })
    expect((await octokit.rest.repos.getCombinedStatusForRef({ ...shop, ref: sha })).data.state).toBe(
      'success',
    )
    expect((await octokit.rest.repos.listCommitStatusesForRef({ ...shop, ref: sha })).data).toHaveLength(2)
    const first = await octokit.rest.repos.createDeployment(deploy)
    const second = await octokit.rest.repos.createDeployment({ ...deploy, required_contexts: [] })
    if (!('id' in first.data) || !('id' in second.data)) throw new Error('a deployment has an id')
    const success = { ...shop, state: 'success', log_url: 'http://127.0.0.1/log' } as const
    await octokit.rest.repos.createDeploymentStatus({ ...success, deployment_id: first.data.id })
    await octokit.rest.repos.createDeploymentStatus({
      ...success,
      deployment_id: second.data.id,
      description: 'Done',
    })
    const statuses = await octokit.rest.repos.listDeploymentStatuses({
      ...shop,
      deployment_id: first.data.id,
    })
    expect(statuses.data.map(one => one.state)).toEqual(['inactive', 'success'])
    expect((await octokit.rest.repos.listDeployments({ ...shop, environment: 'dev' })).data).toHaveLength(2)
    await octokit.rest.repos.getDeployment({ ...shop, deployment_id: first.data.id })
  },
}

test.each(Object.keys(tours))('%s answer as GitHub describes', async name => {
  await using scene = await startScene({
    app: {
      events: [
        'push',
        'pull_request',
        'issues',
        'issue_comment',
        'check_run',
        'check_suite',
        'status',
        'deployment',
        'deployment_status',
      ],
    },
  })
  await tours[name]?.(scene)
  await scene.simulator.settled()
  expect(scene.simulator.violations).toEqual([])
  expect(
    scene.receiver.received.filter(one => /Codertocat|octocat|Hello-World/i.test(one.raw.toString())),
  ).toEqual([])
})

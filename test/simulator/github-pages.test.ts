import { expect, test } from 'vitest'
import { openScaling, type Scene, shop, startScene } from './simulator-fixture.ts'

const read = async (scene: Scene, path: string): Promise<string> => {
  const response = await fetch(scene.simulator.url + path)
  expect(response.status).toBe(200)
  return await response.text()
}

const send = (
  scene: Scene,
  path: string,
  fields: Record<string, string>,
  headers: Record<string, string> = {},
) =>
  fetch(scene.simulator.url + path, {
    method: 'POST',
    body: new URLSearchParams(fields),
    headers,
    redirect: 'manual',
  })

test('a comment is shown as GitHub shows it, and nothing in it can act', async () => {
  await using scene = await startScene()
  const { simulator, ada } = scene
  const { pull } = await openScaling(scene)
  const evil = [
    '<script>alert(1)</script><img src=x onerror="alert(2)"><iframe src="http://127.0.0.1"></iframe>',
    '<a href="javascript:alert(3)" style="position:fixed" class="merge-box">press</a><form action="/"><button>x</button></form>',
    '<svg onload="alert(4)"></svg>',
    '[link](javascript:alert(5))',
    '> [!WARNING]\n> Pods **restart**.',
    '<details><summary>More</summary>\n\n```diff\n- replicas: 1\n+ replicas: 3\n```\n\n</details>',
    '| a | b |\n|---|---|\n| 1 | <b onmouseover="alert(6)">2</b> |',
    'Thanks @ada, see #1 and #99, but not `@ada`.',
  ]
  simulator.commentOn(pull, ada, evil.join('\n\n'))
  const page = await read(scene, '/ada/shop/pull/1')
  const shown = page.slice(page.indexOf('issuecomment-'), page.indexOf('<section class="merge-box"'))

  expect(shown).not.toMatch(
    /<script|<iframe|<svg onload|onerror|onmouseover|javascript:|style=|class="merge-box"|<form/i,
  )
  expect(shown).toContain(
    '<div class="alert alert-warning"><p class="alert-title">Warning</p><p>Pods <strong>restart',
  )
  expect(shown).toContain('<details><summary>More</summary>')
  expect(shown).toContain('<span class="add">+ replicas: 3')
  expect(shown).toContain('<td>1</td>')
  expect(shown).toContain('<a href="/ada" rel="nofollow noopener">@ada</a>')
  expect(shown).toContain('<a href="/ada/shop/pull/1" rel="nofollow noopener">#1</a> and #99')
  expect(shown).toContain('<code>@ada</code>')
})

test('a person reads the checks and the changed files, comments, merges, and sees that it is merged', async () => {
  await using scene = await startScene()
  const { octokit, simulator, receiver } = scene
  const { pull, sha } = await openScaling(scene)
  const annotation = {
    path: 'apps/frontend.yaml',
    start_line: 1,
    end_line: 1,
    annotation_level: 'failure',
    message: 'no <image>',
  } as const
  await octokit.rest.checks.create({
    ...shop,
    name: 'plumbline',
    head_sha: sha,
    conclusion: 'action_required',
    output: { title: 'Waits for approval', summary: 'A **high** risk', annotations: [annotation] },
    actions: [{ label: 'Approve', description: 'Approve it', identifier: 'approve' }],
  })
  const before = await read(scene, '/ada/shop/pull/1')
  for (const text of [
    'Waits for approval',
    '<strong>high</strong>',
    'apps/frontend.yaml:1',
    'no &lt;image&gt;',
    'd2h-ins',
  ]) {
    expect(before).toContain(text)
  }
  const run = simulator.checkRuns(scene.repository, sha)[0]?.id
  expect((await send(scene, `/ada/shop/runs/${run}/action`, { identifier: 'approve' })).status).toBe(303)
  await send(scene, '/ada/shop/issues/1/comment', { body: '/plumbline plan', back: '/ada/shop/pull/1' })
  const merged = await send(scene, '/ada/shop/pull/1/merge', { back: '/ada/shop/pull/1' })
  expect(merged.headers.get('location')).toBe('/ada/shop/pull/1')
  expect(pull.pull.mergedAt).not.toBeNull()
  expect(await read(scene, '/ada/shop/pull/1')).toContain('Merged')
  await simulator.settled()
  expect(receiver.names()).toEqual(
    expect.arrayContaining([
      'check_run.requested_action',
      'issue_comment.created',
      'pull_request.closed',
      'push',
    ]),
  )
})

test('a form of another site, or of somebody who may not, does nothing', async () => {
  await using scene = await startScene()
  const { pull } = await openScaling(scene)
  scene.simulator.createUser('mallory')
  const foreign = await send(scene, '/ada/shop/pull/1/merge', {}, { origin: 'http://evil.example' })
  const stranger = await send(scene, '/ada/shop/pull/1/merge', {}, { cookie: 'acting-as=mallory' })
  expect([foreign.status, stranger.status]).toEqual([403, 403])
  expect(pull.state).toBe('open')
})

test('a file can be changed from its page, which opens a pull request', async () => {
  await using scene = await startScene()
  const { octokit } = scene
  const fields = { path: 'apps/frontend.yaml', content: 'replicas: 4\r\n', title: 'Four replicas', body: '' }
  const answer = await send(scene, '/ada/shop/edit', fields)
  expect(answer.headers.get('location')).toBe('/ada/shop/pull/1')
  const files = await octokit.rest.pulls.listFiles({ ...shop, pull_number: 1 })
  expect(files.data[0]?.patch).toContain('+replicas: 4')
})

test.each([
  '/',
  '/ada',
  '/ada/shop',
  '/ada/shop/issues',
  '/ada/shop/pulls?state=closed',
  '/apps/plumbline-local',
  '/apps/plumbline-local/installations/new',
  '/settings/apps/new',
])('%s is a page', async path => {
  await using scene = await startScene()
  expect(await read(scene, path)).toContain('GitHub simulator')
})

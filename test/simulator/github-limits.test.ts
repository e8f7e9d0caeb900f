import { expect, test } from 'vitest'
import { openScaling, shop, startScene } from './simulator-fixture.ts'

test('a long list comes in pages that link each other', async () => {
  await using scene = await startScene()
  const { simulator, repository, ada, octokit } = scene
  const issue = await simulator.openIssue(repository, ada, { title: 'Talk' })
  for (let number = 1; number <= 35; number += 1) simulator.commentOn(issue, ada, `Comment ${number}`)
  const first = await octokit.rest.issues.listComments({ ...shop, issue_number: issue.number })
  expect(first.data).toHaveLength(30)
  expect(first.headers.link).toMatch(/<[^>]*[?&]page=2[^>]*>; rel="next", <[^>]*[?&]page=2[^>]*>; rel="last"/)
  const all = await octokit.paginate(octokit.rest.issues.listComments, {
    ...shop,
    issue_number: 1,
    per_page: 10,
  })
  expect(all.map(one => one.body)).toHaveLength(35)
})

test('an unchanged answer is 304 and does not count against the limit', async () => {
  await using scene = await startScene()
  const { octokit, simulator, repository, ada } = scene
  const first = await octokit.rest.issues.listForRepo(shop)
  const headers = { 'if-none-match': String(first.headers.etag) }
  await expect(octokit.rest.issues.listForRepo({ ...shop, headers })).rejects.toMatchObject({
    status: 304,
    response: { headers: { 'x-ratelimit-used': first.headers['x-ratelimit-used'] } },
  })
  await simulator.openIssue(repository, ada, { title: 'New' })
  expect((await octokit.rest.issues.listForRepo({ ...shop, headers })).status).toBe(200)
  expect(simulator.violations).toEqual([])
})

test('an oversize comment, title or check is refused with 422', async () => {
  await using scene = await startScene()
  const { octokit } = scene
  const { pull, sha } = await openScaling(scene)
  const comment = { ...shop, issue_number: pull.number }
  const refused = { status: 422 }
  await octokit.rest.issues.createComment({ ...comment, body: 'x'.repeat(65_536) })
  await expect(
    octokit.rest.issues.createComment({ ...comment, body: 'x'.repeat(65_537) }),
  ).rejects.toMatchObject(refused)
  const run = { ...shop, name: 'plumbline', head_sha: sha }
  const summary = 'x'.repeat(65_536)
  await expect(octokit.rest.checks.create({ ...run, output: { title: 'T', summary } })).rejects.toMatchObject(
    refused,
  )
  const annotation = {
    path: 'a',
    start_line: 1,
    end_line: 1,
    annotation_level: 'notice',
    message: 'm',
  } as const
  const annotations = Array.from({ length: 51 }, () => annotation)
  const many = octokit.rest.checks.create({ ...run, output: { title: 'T', summary: 'S', annotations } })
  await expect(many).rejects.toMatchObject(refused)
})

test('too much content in a minute, and too many requests in an hour, are refused as GitHub words it', async () => {
  await using scene = await startScene({ limits: { contentPerMinute: 2, perHour: 5 } })
  const { octokit } = scene
  const create = (title: string) => octokit.rest.issues.create({ ...shop, title })
  await create('One')
  await create('Two')
  await expect(create('Three')).rejects.toMatchObject({
    status: 403,
    message: expect.stringContaining('secondary rate limit'),
    response: { headers: { 'retry-after': expect.stringMatching(/^\d+$/) } },
  })
  for (let read = 0; read < 3; read += 1) await octokit.rest.issues.listForRepo(shop)
  await expect(octokit.rest.issues.listForRepo(shop)).rejects.toMatchObject({
    status: 403,
    response: { headers: { 'x-ratelimit-remaining': '0' } },
  })
})

test('what does not fit the description is recorded, and refused where GitHub would', async () => {
  await using scene = await startScene()
  const { octokit, simulator } = scene
  await octokit.request('POST /repos/{owner}/{repo}/issues', { ...shop, title: 'T', assignee_names: ['ada'] })
  const noTitle = octokit.request('POST /repos/{owner}/{repo}/issues', { ...shop, body: 'No title' } as never)
  await expect(noTitle).rejects.toMatchObject({ status: 422 })
  await expect(octokit.request('GET /repos/{owner}/{repo}/nonsense', shop)).rejects.toMatchObject({
    status: 404,
  })
  expect(simulator.violations.map(one => [one.kind, one.subject])).toEqual([
    ['request', 'issues/create'],
    ['request', 'issues/create'],
    ['route', 'GET /repos/ada/shop/nonsense'],
  ])
  expect(simulator.violations[0]?.problems).toEqual(["the body's assignee_names is unknown to GitHub"])
})

test('a fault before leaves nothing behind, and a fault after leaves the effect', async () => {
  await using scene = await startScene()
  const { octokit, simulator } = scene
  const create = (title: string) => octokit.rest.issues.create({ ...shop, title })
  simulator.faults.onOperation('issues/create', { kind: 'before', status: 502 })
  await expect(create('Before')).rejects.toMatchObject({ status: 502 })
  simulator.faults.onOperation('issues/create', { kind: 'after', status: 500 })
  await expect(create('After')).rejects.toMatchObject({ status: 500 })
  expect((await octokit.rest.issues.listForRepo(shop)).data.map(one => one.title)).toEqual(['After'])
  const posts = simulator.requests.filter(one => one.operation === 'issues/create')
  expect(posts.map(one => one.status)).toEqual([502, 500])
})

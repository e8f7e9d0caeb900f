import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Check, ForgeError, type ForgeRepository, type IssueDraft } from '../../../src/forge/forge.ts'
import type { ForgeScene } from './scene.ts'

/** What every forge adapter owes its callers. `setUp` starts a fresh forge. */
export function forgeContract(name: string, setUp: () => Promise<ForgeScene>): void {
  const { signal } = new AbortController()
  let scene: ForgeScene
  let repository: ForgeRepository

  beforeEach(async () => {
    scene = await setUp()
    repository = scene.newForge().repository(scene.fullName)
  })

  afterEach(async () => {
    const violations = scene.violations()
    await scene[Symbol.asyncDispose]()
    expect(violations).toEqual([])
  })

  const comment = (on: number, body: string, knownId: string | null = null) => ({
    on: { kind: 'pull-request' as const, number: on },
    key: 'plan',
    body,
    knownId,
    createWhenMissing: true,
  })

  const ours = async (on: number): Promise<readonly string[]> =>
    (await scene.comments(on)).filter(it => it.byUs).map(it => it.body)

  describe(`${name}: comments`, () => {
    test('a comment is created once and then edited in place', async () => {
      const { number } = await scene.openPullRequest('scale')
      const id = await repository.upsertComment(comment(number, 'first'), signal)
      const again = await repository.upsertComment(comment(number, 'second', id), signal)
      expect(again).toBe(id)
      expect(await ours(number)).toEqual([expect.stringContaining('second')])
    })

    test('it is found again by a process that remembers nothing', async () => {
      const { number } = await scene.openPullRequest('scale')
      const id = await repository.upsertComment(comment(number, 'first'), signal)
      const other = scene.newForge().repository(scene.fullName)
      expect(await other.upsertComment(comment(number, 'second'), signal)).toBe(id)
      expect(await ours(number)).toHaveLength(1)
    })

    test('an unchanged body is not sent', async () => {
      const { number } = await scene.openPullRequest('scale')
      const id = await repository.upsertComment(comment(number, 'same\n\ntext\n'), signal)
      const before = scene.writes()
      await repository.upsertComment(comment(number, 'same\n\ntext\n', id), signal)
      expect(scene.writes()).toBe(before)
    })

    test('two processes that write at the same moment end with one comment', async () => {
      const { number } = await scene.openPullRequest('scale')
      const other = scene.newForge().repository(scene.fullName)
      const ids = await Promise.all([
        repository.upsertComment(comment(number, 'one'), signal),
        other.upsertComment(comment(number, 'two'), signal),
        repository.upsertComment(comment(number, 'three'), signal),
      ])
      expect(await ours(number)).toHaveLength(1)
      expect(new Set(ids).size).toBe(1)
    })

    test('a creation whose answer was lost leaves one comment after the next try', async () => {
      const { number } = await scene.openPullRequest('scale')
      scene.loseNextCommentAnswer()
      await expect(repository.upsertComment(comment(number, 'plan'), signal)).rejects.toMatchObject({
        code: 'server',
        retry: { kind: 'after' },
      })
      await repository.upsertComment(comment(number, 'plan'), signal)
      expect(await ours(number)).toHaveLength(1)
    })

    test("somebody else's comment with our marker is left alone", async () => {
      const { number } = await scene.openPullRequest('scale')
      await repository.upsertComment(comment(number, 'ours'), signal)
      const [stolen] = await ours(number)
      await repository.upsertComment({ ...comment(number, 'x'), key: 'other' }, signal)
      const { number: second } = await scene.openPullRequest('other')
      const forged = await scene.commentAsPerson(second, stolen!)
      await repository.upsertComment(comment(second, 'ours again', forged), signal)
      const seen = await scene.comments(second)
      expect(seen.find(it => !it.byUs)!.body).toBe(stolen)
      expect(await ours(second)).toEqual([expect.stringContaining('ours again')])
    })

    test('a marker that we merely quote is not taken for one', async () => {
      const { number } = await scene.openPullRequest('scale')
      await repository.upsertComment(comment(number, 'plan'), signal)
      const [plan] = await ours(number)
      await repository.upsertComment({ ...comment(number, `quoted:\n${plan}`), key: 'result' }, signal)
      await repository.upsertComment(comment(number, 'newer plan'), signal)
      expect(await ours(number)).toEqual([
        expect.stringContaining('newer plan'),
        expect.stringContaining('quoted'),
      ])
    })

    test('a missing comment stays missing when asked so', async () => {
      const { number } = await scene.openPullRequest('scale')
      const missing = { ...comment(number, 'nothing changes'), createWhenMissing: false }
      expect(await repository.upsertComment(missing, signal)).toBeNull()
      expect(await scene.comments(number)).toEqual([])
    })

    test('it is found behind a hundred others', async () => {
      const { number } = await scene.openPullRequest('scale')
      for (let i = 0; i < 101; i++) await scene.commentAsPerson(number, `remark ${i}`)
      const id = await repository.upsertComment(comment(number, 'plan'), signal)
      const other = scene.newForge().repository(scene.fullName)
      expect(await other.upsertComment(comment(number, 'plan again'), signal)).toBe(id)
    })

    test('a body as long as allowed, in any script, comes through', async () => {
      const { number } = await scene.openPullRequest('scale')
      const text = 'Größe 大きさ 🚢 '.repeat(10_000).slice(0, repository.maxCommentLength - 3)
      const body = `${text.toWellFormed()}end`
      await repository.upsertComment(comment(number, body), signal)
      expect((await ours(number))[0]).toContain(body)
    })

    test('a person is reacted to', async () => {
      const { number } = await scene.openPullRequest('scale')
      const id = await scene.commentAsPerson(number, '/plumbline help')
      await repository.react(id, 'eyes', signal)
      await repository.react(id, 'eyes', signal)
      expect(await scene.reactions(id)).toEqual(['eyes'])
    })
  })

  describe(`${name}: checks`, () => {
    const check = (revision: string, it: Partial<Check> = {}): Check => ({
      name: 'plumbline',
      revision,
      state: { kind: 'completed', conclusion: 'success' },
      title: '1 application changes on 1 cluster',
      summary: 'summary',
      annotations: [],
      detailsUrl: null,
      ...it,
    })

    const annotation = (line: number): Check['annotations'][number] => ({
      location: { file: 'apps/frontend.yaml', line },
      level: 'failure',
      title: 'yaml syntax',
      message: 'a mapping value is not allowed here',
    })

    test('a check goes from in progress to its conclusion in place', async () => {
      const { head } = await scene.openPullRequest('scale')
      const id = await repository.upsertCheck(check(head, { state: { kind: 'in-progress' } }), null, signal)
      expect(await repository.upsertCheck(check(head), id, signal)).toBe(id)
      expect(await scene.checks(head)).toMatchObject([
        { name: 'plumbline', state: { kind: 'completed', conclusion: 'success' } },
      ])
    })

    test('it is found by name and commit, and not sent when nothing changed', async () => {
      const { head } = await scene.openPullRequest('scale')
      const id = await repository.upsertCheck(check(head), null, signal)
      const before = scene.writes()
      const other = scene.newForge().repository(scene.fullName)
      expect(await other.upsertCheck(check(head), null, signal)).toBe(id)
      expect(scene.writes()).toBe(before)
    })

    test('it begins again when the plan is made again', async () => {
      const { head } = await scene.openPullRequest('scale')
      const id = await repository.upsertCheck(check(head), null, signal)
      await repository.upsertCheck(check(head, { state: { kind: 'in-progress' } }), id, signal)
      expect(await scene.checks(head)).toMatchObject([{ state: { kind: 'in-progress' } }])
      await repository.upsertCheck(check(head, { title: 'again' }), null, signal)
      expect(await scene.checks(head)).toMatchObject([
        { title: 'again', state: { kind: 'completed', conclusion: 'success' } },
      ])
    })

    test('it carries more annotations than one request may, once each', async () => {
      const { head } = await scene.openPullRequest('scale')
      const annotations = Array.from({ length: 120 }, (_, index) => annotation(index + 1))
      const failing = check(head, { state: { kind: 'completed', conclusion: 'failure' }, annotations })
      await repository.upsertCheck(failing, null, signal)
      await repository.upsertCheck(failing, null, signal)
      const [seen] = await scene.checks(head)
      expect(seen!.annotations).toHaveLength(120)
    })

    test('annotations that no longer hold go away', async () => {
      const { head } = await scene.openPullRequest('scale')
      const id = await repository.upsertCheck(check(head, { annotations: [annotation(1)] }), null, signal)
      await repository.upsertCheck(check(head, { annotations: [annotation(2)] }), id, signal)
      const [seen] = await scene.checks(head)
      expect(seen!.annotations).toEqual([{ file: 'apps/frontend.yaml', line: 2 }])
    })

    test('a summary of any length is taken', async () => {
      const { head } = await scene.openPullRequest('scale')
      await repository.upsertCheck(check(head, { summary: 'line\n'.repeat(20_000) }), null, signal)
      expect(await scene.checks(head)).toHaveLength(1)
    })
  })

  describe(`${name}: issues`, () => {
    const draft: IssueDraft = {
      title: 'Drift: guestbook on dev (1 object)',
      body: 'table',
      labels: ['plumbline', 'drift'],
      assignees: [],
    }

    test('an issue is opened once, with its labels', async () => {
      const first = await repository.createIssue('drift guestbook@dev', draft, signal)
      const other = scene.newForge().repository(scene.fullName)
      const second = await other.createIssue('drift guestbook@dev', draft, signal)
      expect(second.number).toBe(first.number)
      expect(await scene.issues()).toEqual([
        {
          number: first.number,
          title: draft.title,
          body: expect.stringContaining('table'),
          open: true,
          labels: ['plumbline', 'drift'],
          assignees: [],
        },
      ])
    })

    test('another key is another issue', async () => {
      await repository.createIssue('drift guestbook@dev', draft, signal)
      await repository.createIssue('drift guestbook@prod', draft, signal)
      expect(await scene.issues()).toHaveLength(2)
    })

    test('two processes at the same moment go on with one open issue', async () => {
      const other = scene.newForge().repository(scene.fullName)
      const [a, b] = await Promise.all([
        repository.createIssue('drift guestbook@dev', draft, signal),
        other.createIssue('drift guestbook@dev', draft, signal),
      ])
      expect(a.number).toBe(b.number)
      expect((await scene.issues()).filter(it => it.open)).toHaveLength(1)
    })

    test('the body that is read is the one that was written, and stays findable after an update', async () => {
      const created = await repository.createIssue('drift guestbook@dev', draft, signal)
      expect(created.body).toBe('table')
      const updated = await repository.updateIssue(created.number, { body: 'longer table' }, signal)
      expect(updated.body).toBe('longer table')
      const before = scene.writes()
      await repository.updateIssue(created.number, { body: 'longer table', state: 'open' }, signal)
      expect(scene.writes()).toBe(before)
      const other = scene.newForge().repository(scene.fullName)
      expect((await other.createIssue('drift guestbook@dev', draft, signal)).number).toBe(created.number)
    })

    test('what people write above and below our part of the body stays, and their labels', async () => {
      const { number } = await repository.createIssue('drift guestbook@dev', draft, signal)
      await scene.editIssueAsPerson(number, {
        body: now => `Bob looks into it.\n\n${now}\n\nSee the runbook.`,
        labels: ['plumbline', 'team-shop'],
      })
      const change = { body: 'longer\n\ntable', title: draft.title }
      const { body } = await repository.updateIssue(number, change, signal)
      expect(body.replaceAll('\r\n', '\n')).toBe('Bob looks into it.\n\nlonger\n\ntable\n\nSee the runbook.')
      const found = await scene
        .newForge()
        .repository(scene.fullName)
        .createIssue('drift guestbook@dev', draft, signal)
      expect(found.number).toBe(number)
      expect((await scene.issues()).map(it => it.labels)).toEqual([['plumbline', 'team-shop']])
    })

    test('our part is added once more where people deleted its markers, and is found again', async () => {
      const { number } = await repository.createIssue('drift guestbook@dev', draft, signal)
      await scene.editIssueAsPerson(number, { body: now => now.replace(/<!--.*?-->/g, '').trim() })
      const change = { body: 'new', key: 'drift guestbook@dev' }
      expect((await repository.updateIssue(number, change, signal)).body).toBe('table\n\nnew')
      expect((await repository.updateIssue(number, { ...change, body: 'newer' }, signal)).body).toBe(
        'table\n\nnewer',
      )
      expect((await repository.createIssue('drift guestbook@dev', draft, signal)).number).toBe(number)
    })

    test('a marker in what we quote is nobody’s', async () => {
      const { number } = await repository.createIssue('drift guestbook@dev', draft, signal)
      const marker = (await scene.issues())[0]!.body.split('\n')[0]!
      const quoting = { ...draft, body: `\`\`\`text\n${marker}\n<!-- /plumbline:sync-failed -->\n\`\`\`` }
      const other = await repository.createIssue('sync-failed', quoting, signal)
      await scene.closeIssueAsPerson(number)
      expect((await repository.createIssue('drift guestbook@dev', draft, signal)).number).toBe(number)
      expect((await repository.updateIssue(other.number, { body: 'all of it' }, signal)).body).toBe(
        'all of it',
      )
    })

    test('a title that people changed stays theirs; what they put around ours stays around it', async () => {
      const { number } = await repository.createIssue('drift guestbook@dev', draft, signal)
      const retitled = async (title: string, ours: string) => {
        await scene.editIssueAsPerson(number, { title })
        await repository.updateIssue(number, { title: ours, body: ours }, signal)
        return (await scene.issues())[0]!.title
      }
      const title = (objects: number) => `Drift: guestbook on dev (${objects} objects)`
      expect(await retitled(draft.title, title(2))).toBe(title(2))
      expect(await retitled(`[urgent] ${title(2)}`, title(3))).toBe(`[urgent] ${title(3)}`)
      expect(await retitled('Who scaled this?', title(4))).toBe('Who scaled this?')
      await repository.updateIssue(number, { title: title(5), body: 'again' }, signal)
      expect((await scene.issues())[0]!.title).toBe('Who scaled this?')
    })

    test('our part is told how much room people leave', async () => {
      const { number } = await repository.createIssue('drift guestbook@dev', draft, signal)
      await scene.editIssueAsPerson(number, { body: now => `${'people '.repeat(5000)}\n\n${now}` })
      const { body } = await repository.updateIssue(number, { body: room => 'x'.repeat(room) }, signal)
      expect(body.length).toBeGreaterThan(60_000)
      expect(body).toContain('people people')
    })

    test('only the named labels come and go', async () => {
      const { number } = await repository.createIssue('drift guestbook@dev', draft, signal)
      await scene.editIssueAsPerson(number, { labels: ['drift', 'team-shop'] })
      await repository.updateIssue(number, { labels: { add: ['drift-high'] } }, signal)
      await repository.updateIssue(number, { labels: { add: ['drift-high'] } }, signal)
      expect((await scene.issues())[0]!.labels).toEqual(['drift', 'team-shop', 'drift-high'])
      await repository.updateIssue(number, { labels: { remove: ['drift-high'] } }, signal)
      await repository.updateIssue(number, { labels: { remove: ['drift-high'] } }, signal)
      expect((await scene.issues())[0]!.labels).toEqual(['drift', 'team-shop'])
    })

    test('a recently closed one is found, to be reopened', async () => {
      const created = await repository.createIssue('drift guestbook@dev', draft, signal)
      await scene.closeIssueAsPerson(created.number)
      const found = await repository.createIssue('drift guestbook@dev', draft, signal)
      expect(found).toMatchObject({ number: created.number, state: 'closed' })
      expect(found.closedAt).not.toBeNull()
      const open = await repository.updateIssue(found.number, { state: 'open' }, signal)
      expect(open.state).toBe('open')
      expect((await repository.issue(found.number, signal)).state).toBe('open')
    })

    test('people are assigned; who cannot be is left out', async () => {
      const assignees = [scene.people.writer, 'nobody-of-that-name']
      const { number } = await repository.createIssue('sync-failed', { ...draft, assignees }, signal)
      const seen = (await scene.issues()).find(it => it.number === number)
      expect(seen!.assignees).toEqual([scene.people.writer])
    })
  })

  describe(`${name}: proposals`, () => {
    const bytes = Buffer.from([0, 255, 10, 128])
    const propose = async (forge: ForgeRepository) => {
      const parent = await scene.pushToBase()
      return forge.proposeChange(
        {
          branch: 'plumbline/revert-7',
          baseRef: 'main',
          parent,
          files: [
            { path: 'apps/frontend.yaml', mode: '100644', content: null },
            { path: 'apps/über.bin', mode: '100755', content: bytes },
          ],
          title: 'Revert "Scale the frontend"',
          body: 'why',
        },
        signal,
      )
    }

    test('a change becomes one commit on a branch of its own, and a pull request', async () => {
      const { number } = await propose(repository)
      const pull = await repository.pullRequest(number, signal)
      expect(pull).toMatchObject({
        title: 'Revert "Scale the frontend"',
        baseRef: 'main',
        state: 'open',
        fromFork: false,
      })
      expect(await scene.fileAt(pull.head, 'apps/frontend.yaml')).toBeNull()
      expect(await scene.fileAt(pull.head, 'apps/über.bin')).toEqual(bytes)
      expect(await scene.fileAt(pull.head, 'README.md')).not.toBeNull()
    })

    test('one that is open is found again, as people have left it', async () => {
      const first = await propose(repository)
      const { head } = await repository.pullRequest(first.number, signal)
      expect(await propose(scene.newForge().repository(scene.fullName))).toEqual(first)
      expect(await repository.pullRequest(first.number, signal)).toMatchObject({ head })
      expect(await repository.openPullRequests(signal)).toHaveLength(1)
    })

    test('two processes at the same moment open one', async () => {
      const other = scene.newForge().repository(scene.fullName)
      const [a, b] = await Promise.all([propose(repository), propose(other)])
      expect(a).toEqual(b)
      expect(await repository.openPullRequests(signal)).toHaveLength(1)
    })
  })

  describe(`${name}: reading`, () => {
    test('a pull request tells where its base branch stands now', async () => {
      const { number, head } = await scene.openPullRequest('scale')
      const base = await scene.pushToBase()
      expect(await repository.pullRequest(number, signal)).toMatchObject({
        number,
        head,
        base,
        baseRef: 'main',
        state: 'open',
        draft: false,
        fromFork: false,
        mergeRevision: null,
      })
      expect(await repository.openPullRequests(signal)).toEqual([{ number, head, baseRef: 'main' }])
    })

    test('a merged one is found by its merge commit; a direct push has none', async () => {
      const { number } = await scene.openPullRequest('scale')
      const merged = await scene.merge(number)
      expect(await repository.pullRequestsOf(merged, signal)).toMatchObject([
        { number, state: 'merged', mergeRevision: merged },
      ])
      expect(await repository.openPullRequests(signal)).toEqual([])
      expect(await repository.pullRequestsOf(await scene.pushToBase(), signal)).toEqual([])
    })

    test('the default branch and our repositories are told', async () => {
      expect(await repository.defaultBranch(signal)).toBe('main')
      expect(await scene.newForge().repositories(signal)).toContainEqual(
        expect.objectContaining({ ref: repository.ref, defaultBranch: 'main', access: 'full' }),
      )
    })

    test('what people may do is told', async () => {
      const { admin, writer, reader } = scene.people
      expect(await repository.permissionOf(admin, signal)).toBe('admin')
      expect(await repository.permissionOf(writer, signal)).toBe('write')
      expect(await repository.permissionOf(reader, signal)).toBe('read')
      expect(await repository.permissionOf('nobody-of-that-name', signal)).toBe('none')
    })

    test('the git credential clones, and cannot push', async () => {
      const { head } = await scene.openPullRequest('scale')
      const credential = await repository.gitCredential(signal)
      expect(Date.parse(credential!.expiresAt!)).toBeGreaterThan(Date.now())
      const folder = await mkdtemp(join(tmpdir(), 'plumbline-forge-test-'))
      try {
        const url = new URL(repository.ref.cloneUrl)
        url.username = credential!.username
        url.password = credential!.password
        await git(folder, 'clone', '--quiet', url.href, '.')
        await git(folder, 'checkout', '--quiet', head)
        expect(await readFile(join(folder, 'apps/frontend.yaml'), 'utf8')).toContain('replicas')
        await expect(git(folder, 'push', 'origin', `${head}:refs/heads/stolen`)).rejects.toThrow()
      } finally {
        await rm(folder, { recursive: true, force: true })
      }
    })
  })

  describe(`${name}: deployments`, () => {
    test('one deployment for an environment and commit, one status for each change', async () => {
      const { head } = await scene.openPullRequest('scale')
      const deployment = { revision: head, environment: 'dev', description: 'guestbook', url: null }
      await repository.recordDeployment({ ...deployment, state: 'in_progress' }, signal)
      await repository.recordDeployment({ ...deployment, state: 'success' }, signal)
      const other = scene.newForge().repository(scene.fullName)
      await other.recordDeployment({ ...deployment, state: 'success' }, signal)
      await other.recordDeployment({ ...deployment, environment: 'prod', state: 'failure' }, signal)
      expect(await scene.deployments()).toEqual([
        { environment: 'dev', revision: head, states: ['in_progress', 'success'] },
        { environment: 'prod', revision: head, states: ['failure'] },
      ])
    })
  })

  describe(`${name}: failures`, () => {
    test('a missing thing is never tried again', async () => {
      const error = await rejection(repository.pullRequest(4711, signal))
      expect(error).toMatchObject({ code: 'not-found', retry: { kind: 'never' } })
      expect(error.message).toBe(`could not read ${scene.fullName}#4711`)
    })

    test("a server's trouble is tried again later", async () => {
      await repository.defaultBranch(signal)
      scene.failNextRead(502)
      const error = await rejection(repository.defaultBranch(signal))
      expect(error).toMatchObject({ code: 'server', retry: { kind: 'after' } })
    })

    test('a rate limit is waited out as told', async () => {
      await repository.defaultBranch(signal)
      scene.limitRate(42)
      const error = await rejection(repository.defaultBranch(signal))
      expect(error.code).toBe('rate-limited')
      expect(error.retry).toSatisfy(
        (retry: ForgeError['retry']) => retry.kind === 'after' && retry.seconds >= 40 && retry.seconds <= 43,
      )
    })

    test('a repository that we are not installed on is not found', async () => {
      const elsewhere = scene.newForge().repository('nobody/nothing')
      expect(await rejection(elsewhere.defaultBranch(signal))).toMatchObject({ code: 'not-found' })
    })

    test('an aborted call fails as one of ours', async () => {
      expect(await rejection(repository.defaultBranch(AbortSignal.abort()))).toBeInstanceOf(ForgeError)
    })
  })
}

async function rejection(promise: Promise<unknown>): Promise<ForgeError> {
  const error = await promise.then(
    () => new Error('it did not fail'),
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(ForgeError)
  return error as ForgeError
}

async function git(folder: string, ...args: readonly string[]): Promise<void> {
  const env = { ...process.env, GIT_TERMINAL_PROMPT: '0', GIT_CONFIG_GLOBAL: '/dev/null' }
  await promisify(execFile)('git', ['-c', 'credential.helper=', ...args], { cwd: folder, env })
}

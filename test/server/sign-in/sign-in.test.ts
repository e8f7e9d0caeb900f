import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { Repository } from '../../simulator/github/state.ts'
import { startWorld, type World } from '../world.ts'
import { openVisitor, plannedIn, type Visitor } from './scene.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 120_000 })

let world: World
let shop: Repository
let zoo: Repository
let paths: Awaited<ReturnType<typeof plannedIn>>
/** How far the server's clock is ahead, in milliseconds. */
let later = 0
const url = (path: string) => `${world.server.url}${path}`

beforeAll(async () => {
  world = await startWorld({}, 1, { signIn: true, clock: () => new Date(Date.now() + later) })
  const { github } = world
  shop = await world.repository('shop', { 'README.md': '# Shop\n' })
  paths = await plannedIn(world, shop)
  const keeper = github.createUser('keeper')
  github.createUser('dora')
  zoo = await github.createRepository({
    owner: github.createUser('zoo', { type: 'Organization' }),
    name: 'zoo',
    private: false,
    collaborators: { [keeper.login]: 'triage', carol: 'read' },
  })
  github.installApp({ owner: zoo.owner, repositories: [zoo] })
})

afterAll(async () => {
  expect(world.github.violations).toEqual([])
  await world.stop()
})

const text = async (response: Response) => (await response.text()).replaceAll(/\s+/g, ' ')

async function signedIn(login: string): Promise<Visitor> {
  const visitor = openVisitor()
  await visitor.open(url(paths.newest), login)
  return visitor
}

/** As far as the forge leads back: the address of the callback, not yet opened. */
async function leadBack(visitor: Visitor, to = paths.newest): Promise<string> {
  const start = await visitor.get(url(`/sign-in?to=${encodeURIComponent(to)}`))
  const asked = new URL(start.headers.get('location') ?? '')
  const fields = { ...Object.fromEntries(asked.searchParams), user: 'carol', answer: 'yes' }
  const answer = await visitor.post(`${asked.origin}${asked.pathname}`, fields)
  return answer.headers.get('location') ?? ''
}

describe('a page of a private repository', () => {
  test('sends whoever is not signed in to the forge, and back to the page', async () => {
    const visitor = openVisitor()
    const response = await visitor.open(url(`${paths.newest}?diff=split`), 'carol')
    expect(response.status).toBe(200)
    expect(response.url).toBe(url(`${paths.newest}?diff=split`))
    const page = await text(response)
    expect(page).toContain('1 application changes on 1 cluster')
    expect(page).toContain('<span>carol</span>')
  })

  test('tells nobody who is not signed in whether there is such a page', async () => {
    const there = await openVisitor().get(url(paths.newest))
    const missing = await openVisitor().get(url('/plans/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'))
    expect([there.status, missing.status]).toEqual([303, 303])
    const shape = (it: Response) => it.headers.get('location')?.replace(/to=[^&]*/, 'to=')
    expect(shape(there)).toBe(shape(missing))
    expect(await text(there)).not.toContain('guestbook')
  })

  test('is not for a person who cannot read the repository, and says what to do', async () => {
    const response = await openVisitor().open(url(paths.newest), 'dora')
    expect(response.status).toBe(403)
    const page = await text(response)
    expect(page).toContain('You are signed in as <b>dora</b>')
    expect(page).toContain('Ask an owner of the repository')
    expect(page).not.toContain('guestbook')
    expect(page).not.toContain('acme/shop')
  })

  test.each(['objects/0-0', 'objects/0-0?part', 'matches?q=replicas'])(
    'shows %s to those alone',
    async part => {
      const path = url(`${paths.plan}/${part}`)
      expect((await (await signedIn('carol')).get(path)).status).toBe(200)
      expect((await (await signedIn('dora')).get(path)).status).toBe(403)
      const nobody = await openVisitor().get(path)
      expect(nobody.status).toBe(part === 'objects/0-0' ? 303 : 401)
      expect(await nobody.text()).not.toContain('replicas')
    },
  )

  test('answers whoever is signed in that there is no such page', async () => {
    const visitor = await signedIn('carol')
    const response = await visitor.get(url('/plans/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'))
    expect(response.status).toBe(404)
    expect(await text(response)).toContain('The pull request links to the current one')
  })

  test('keeps being for the one who lost access for a few minutes at most', async () => {
    const visitor = await signedIn('carol')
    expect((await visitor.get(url(paths.newest))).status).toBe(200)
    const { carol } = world
    shop.collaborators.delete(carol)
    later += 4 * 60_000
    expect((await visitor.get(url(paths.newest))).status).toBe(200)
    later += 61_000
    expect((await visitor.get(url(paths.newest))).status).toBe(403)
    shop.collaborators.set(carol, 'read')
    later += 30_000
    expect((await visitor.get(url(paths.newest))).status).toBe(200)
  })

  test('is nothing anybody can promise while the forge does not answer', async () => {
    const visitor = await signedIn('alice')
    world.github.faults.onOperation('repos/get', { kind: 'before', status: 500 })
    const bob = world.github.createUser('bob')
    shop.collaborators.set(bob, 'read')
    const response = await openVisitor().open(url(paths.newest), 'bob')
    expect(response.status).toBe(503)
    expect(await text(response)).toContain('Try again in a minute')
    expect((await visitor.get(url(paths.newest))).status).toBe(200)
  })
})

describe('a page of a public repository', () => {
  test('is for those to whom its owners have given a role, not for everybody', async () => {
    const { newest } = await plannedIn(world, zoo)
    expect((await openVisitor().open(url(newest), 'keeper')).status).toBe(200)
    expect((await openVisitor().open(url(newest), 'carol')).status).toBe(403)
    expect((await openVisitor().open(url(newest), 'dora')).status).toBe(403)
  })
})

describe('a pull request', () => {
  test('has one address for its newest plan; an older plan says that there is a newer one', async () => {
    const visitor = await signedIn('carol')
    const { newest, plan, again } = await plannedIn(world, shop, { namespace: 'x' })
    const newer = await again()
    const page = await text(await visitor.get(url(newest)))
    expect(page).not.toContain('made again since')
    expect(page).toContain(`data-plan="${newer.split('/').at(-1)}"`)
    const old = await text(await visitor.get(url(plan)))
    expect(old).toContain('This plan was made again since')
    expect(old).toContain(`href="${newest}"`)
  })
})

describe('a session', () => {
  test('is a cookie that scripts and other sites do not get, and of which the database has a hash', async () => {
    const visitor = openVisitor()
    const back = await leadBack(visitor)
    const entered = await visitor.get(back)
    const line = entered.headers.getSetCookie().find(it => it.startsWith('plumbline_session='))
    expect(line).toMatch(/^plumbline_session=[\w-]{43}; Path=\/; Max-Age=43200; HttpOnly; SameSite=Lax$/)
    const token = /=([\w-]+)/.exec(line ?? '')?.[1] ?? ''
    const rows = await world.store.sql.selectFrom('sessions').selectAll().execute()
    expect(JSON.stringify(rows)).not.toContain(token)
    expect(rows.some(it => /^[0-9a-f]{64}$/.test(it.token_hash))).toBe(true)
  })

  test('ends with the button, and only there', async () => {
    const visitor = await signedIn('carol')
    const from = (site: string) => ({ 'sec-fetch-site': site })
    expect((await visitor.post(url('/sign-out'), {}, from('cross-site'))).status).toBe(403)
    expect((await visitor.get(url(paths.newest))).status).toBe(200)
    const cookie = visitor.cookies(url('/'))
    expect((await visitor.post(url('/sign-out'), {}, from('same-origin'))).headers.get('location')).toBe(
      '/sign-out',
    )
    // Not just out of the browser.
    const kept = await fetch(url(paths.newest), { headers: { cookie }, redirect: 'manual' })
    expect(kept.status).toBe(303)
  })

  test('ends after a working day', async () => {
    const visitor = await signedIn('carol')
    later += 12 * 3600_000 - 1000
    expect((await visitor.get(url(paths.newest))).status).toBe(200)
    later += 2000
    expect((await visitor.get(url(paths.newest))).status).toBe(303)
  })

  test.each(['', 'x', 'a'.repeat(43), '../../etc', "' or 1=1 --", '%00', 'a'.repeat(5000)])(
    'is not made up: "%s"',
    async token => {
      const headers = { cookie: `plumbline_session=${token}` }
      expect((await fetch(url(paths.newest), { headers, redirect: 'manual' })).status).toBe(303)
    },
  )

  test('is of the person, not of the login: who has the name now has nothing', async () => {
    const visitor = await signedIn('carol')
    const all = world.store.sql.updateTable('sessions').where('login', '=', 'carol')
    await all.set({ person: '1' }).execute()
    const response = await visitor.get(url(paths.newest))
    expect(response.status).toBe(403)
    await world.store.sql.deleteFrom('sessions').execute()
  })
})

describe('the way to the forge and back', () => {
  test('is PKCE with a state of its own each time', async () => {
    const start = async () =>
      new URL((await fetch(url('/sign-in'), { redirect: 'manual' })).headers.get('location') ?? '')
    const [one, other] = [await start(), await start()]
    expect(one.searchParams.get('code_challenge_method')).toBe('S256')
    expect(one.searchParams.get('state')).toMatch(/^[\w-]{43}$/)
    for (const name of ['state', 'code_challenge']) {
      expect(one.searchParams.get(name)).not.toBe(other.searchParams.get(name))
    }
    expect(one.searchParams.get('redirect_uri')).toBe(url('/sign-in/callback'))
  })

  test('cannot be begun in one browser and ended in another', async () => {
    const back = await leadBack(openVisitor())
    const other = openVisitor()
    const response = await other.get(back)
    expect(response.status).toBe(403)
    expect(await text(response)).toContain('was not begun here')
    expect(other.cookies(back)).toBe('')
  })

  test('is gone once', async () => {
    const visitor = openVisitor()
    const back = await leadBack(visitor)
    expect((await visitor.get(back)).status).toBe(303)
    expect((await visitor.get(back)).status).toBe(403)
  })

  test.each([
    ['no state', (it: URL) => it.searchParams.delete('state'), 403],
    ['another state', (it: URL) => it.searchParams.set('state', 'x'.repeat(43)), 403],
    ['another code', (it: URL) => it.searchParams.set('code', 'x'.repeat(20)), 403],
    ['no code', (it: URL) => it.searchParams.delete('code'), 403],
    ['a code that is markup', (it: URL) => it.searchParams.set('code', '<script>'), 403],
    ['far too much', (it: URL) => it.searchParams.set('more', 'x'.repeat(8000)), 414],
  ])('does not end with %s', async (_, change, status) => {
    const visitor = openVisitor()
    const back = new URL(await leadBack(visitor))
    change(back)
    const response = await visitor.get(back.href)
    expect(response.status).toBe(status)
    expect(visitor.cookies(back.href)).not.toContain('plumbline_session')
    expect(await response.text()).not.toContain('<script')
  })

  test('may be declined', async () => {
    const visitor = openVisitor()
    const back = new URL(await leadBack(visitor))
    back.searchParams.delete('code')
    back.searchParams.set('error', 'access_denied')
    expect(await text(await visitor.get(back.href))).toContain('You did not sign in')
  })

  test.each([
    'https://evil.example/',
    '//evil.example/plans/aaaaaaaa',
    '/\\evil.example',
    '/plans/aaaaaaaa/../../..//evil.example',
    '/plans/aaaaaaaa\r\nSet-Cookie: x=y',
    '/sign-out',
    'javascript:alert(1)',
  ])('never leads to %j', async to => {
    const visitor = openVisitor()
    const response = await visitor.get(await leadBack(visitor, to))
    expect(response.headers.get('location')).toBe('/')
  })

  test('begins at the public address, whatever address a browser came by', async () => {
    const other = world.server.url.replace('127.0.0.1', 'localhost')
    const response = await fetch(`${other}/sign-in?to=${paths.newest}`, { redirect: 'manual' })
    const location = new URL(response.headers.get('location') ?? '')
    expect(location.origin).toBe(world.server.url)
    expect(location.searchParams.get('to')).toBe(paths.newest)
  })

  test('leaves no secret in the log', async () => {
    const visitor = openVisitor()
    const back = new URL(await leadBack(visitor))
    await visitor.get(back.href)
    const log = world.log.join('')
    for (const secret of [
      back.searchParams.get('code')!,
      back.searchParams.get('state')!,
      world.github.app.clientSecret,
      'ghu_',
    ]) {
      expect(log).not.toContain(secret)
    }
    expect(log).toContain('somebody signed in')
  })

  test.each(['HEAD', 'POST', 'PUT'])('is not gone with %s', async method => {
    const response = await fetch(url('/sign-in'), { method, redirect: 'manual' })
    expect(response.status).toBe(405)
  })
})

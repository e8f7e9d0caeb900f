import type { IncomingMessage, ServerResponse } from 'node:http'
import type { OAuth } from '../auth/oauth.ts'
import type { Contract } from '../contract/contract.ts'
import { ApiFailure, notFound } from '../failure.ts'
import { readCommit, unifiedDiff } from '../git/log.ts'
import { readBlob, findObject } from '../git/objects.ts'
import { emptyTree, resolveCommit } from '../git/repository.ts'
import { readBody } from '../http/read-body.ts'
import { diffBase } from '../shapes/pull.ts'
import { isPullRequest, type Repository } from '../state.ts'
import type { Deliverer } from '../webhooks/deliverer.ts'
import { findRepository, findUser, type World } from '../world.ts'
import { appSettingsAt, newAppFrom, submitInstallation, submitNewApp } from './app-forms.ts'
import { appPage } from './app-page.ts'
import { asset } from './assets.ts'
import { authorizePage, oauthPaths } from './authorize-page.ts'
import { runBody } from './checks.ts'
import { findRun } from '../actions/checks.ts'
import { codePage } from './code.ts'
import { submit } from './forms.ts'
import { html } from './html.ts'
import { checkMark } from './icons.ts'
import { installPage } from './install-page.ts'
import { issuePageOf } from './issue-page.ts'
import { layout, type Page, type Visit } from './layout.ts'
import { commitPageOf, issuesPage, repositoriesPage } from './lists.ts'
import { newAppPage, noManifestPage } from './new-app-page.ts'
import { files, pullPageOf } from './pull-page.ts'

const policy =
  "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' http: https:; connect-src 'self'; base-uri 'none'"

const security = {
  'Content-Security-Policy': `${policy}; form-action 'self'`,
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'same-origin',
}

export interface PagesParts {
  readonly world: World
  readonly deliverer: Deliverer
  readonly contract: Contract
  readonly oauth: OAuth
}

/** Serves the pages for people. Everybody on this machine sees every repository. */
export function createPages(parts: PagesParts) {
  const { world, deliverer } = parts

  return async (request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> => {
    const visit: Visit = {
      world,
      user: visitor(world, request.headers.cookie),
      path: url.pathname + url.search,
    }
    try {
      if (request.method === 'POST') return await post(request, response, visit, url)
      if (url.pathname === oauthPaths.authorize) return authorize(request, response, visit, url)
      const found = await asset(world, url.pathname)
      if (found) {
        response
          .writeHead(200, { ...security, 'Content-Type': found.type, 'Cache-Control': 'no-cache' })
          .end(found.body)
        return
      }
      const plain = await plainText(world, url)
      if (plain !== undefined) {
        response.writeHead(200, { ...security, 'Content-Type': 'text/plain; charset=utf-8' }).end(plain)
        return
      }
      send(response, 200, visit, await pageAt(visit, deliverer, url))
    } catch (error) {
      if (!(error instanceof ApiFailure)) throw error
      send(response, error.status, visit, failurePage(error))
    }
  }

  /** Who has authorised the app before, and says who they are by the cookie, is led back at once. */
  function authorize(request: IncomingMessage, response: ServerResponse, visit: Visit, url: URL): void {
    const problem = parts.oauth.problemOf(url.searchParams)
    if (problem !== null) throw new ApiFailure(404, problem)
    const asked = parts.oauth.requestFrom(url.searchParams)
    const isKnown = request.headers.cookie?.includes('acting-as=') && visit.user
    if (!isKnown || !visit.user || !parts.oauth.hasAuthorized(visit.user)) {
      return send(response, 200, visit, authorizePage(visit, asked))
    }
    const Location = parts.oauth.authorize(visit.user, asked)
    response.writeHead(302, { Location, 'Cache-Control': 'no-store' }).end()
  }

  async function authorized(response: ServerResponse, fields: URLSearchParams): Promise<void> {
    const problem = parts.oauth.problemOf(fields)
    const user = findUser(world, fields.get('user') ?? '')
    if (problem !== null || user?.type !== 'User')
      throw new ApiFailure(404, problem ?? 'There is nobody of that name.')
    const asked = parts.oauth.requestFrom(fields)
    const isGranted = fields.get('answer') !== 'no'
    const Location = isGranted ? parts.oauth.authorize(user, asked) : parts.oauth.decline(asked)
    const cookie = `acting-as=${encodeURIComponent(user.login)}; Path=/; HttpOnly; SameSite=Lax`
    response.writeHead(302, { Location, 'Set-Cookie': cookie, 'Cache-Control': 'no-store' }).end()
  }

  /** For servers, not for browsers: form fields or JSON in, and out what is asked for. */
  async function exchange(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const text = (await readBody(request)).toString()
    const isJson = request.headers['content-type']?.includes('json') ?? false
    const fields = new URLSearchParams(isJson ? (JSON.parse(text) as Record<string, string>) : text)
    const answer = parts.oauth.exchange(fields)
    const wantsJson = request.headers.accept?.includes('json') ?? false
    const body = wantsJson
      ? JSON.stringify(answer)
      : new URLSearchParams(
          Object.entries(answer).map(([key, value]): [string, string] => [key, String(value)]),
        ).toString()
    const type = wantsJson ? 'application/json' : 'application/x-www-form-urlencoded'
    response
      .writeHead(200, { 'Content-Type': `${type}; charset=utf-8`, 'Cache-Control': 'no-store' })
      .end(body)
  }

  async function post(
    request: IncomingMessage,
    response: ServerResponse,
    visit: Visit,
    url: URL,
  ): Promise<void> {
    if (url.pathname === oauthPaths.exchange) return await exchange(request, response)
    const settings = appSettingsAt(world, url.pathname, visit.user)
    // A form on another site must not act here in a person's name.
    const { origin } = request.headers
    if (origin !== undefined && origin !== world.url && !settings?.asks)
      throw new ApiFailure(403, 'This form came from another site.')
    const fields = new URLSearchParams((await readBody(request)).toString())
    if (url.pathname === oauthPaths.authorize) return await authorized(response, fields)
    if (settings?.asks) {
      const app = newAppFrom(parts.contract, settings.owner, fields, url.searchParams.get('state'))
      return send(response, 200, visit, newAppPage(app))
    }
    if (settings) {
      const Location = await submitNewApp(parts, settings.owner, fields)
      response.writeHead(302, { Location, 'Cache-Control': 'no-store' }).end()
      return
    }
    const back = (fields.get('back') ?? '/').replace(/^(?!\/(?!\/)).*/, '/')
    const [owner = '', name = '', ...rest] = url.pathname.split('/').filter(Boolean).map(decodeURIComponent)
    if (url.pathname === '/-/session') {
      const cookie = `acting-as=${encodeURIComponent(fields.get('user') ?? '')}; Path=/; HttpOnly; SameSite=Lax`
      response.writeHead(303, { Location: back, 'Set-Cookie': cookie }).end()
      return
    }
    if (owner === 'apps' && rest[0] === 'installations') {
      submitInstallation(world, fields)
      response.writeHead(303, { Location: `/apps/${world.app.slug}` }).end()
      return
    }
    if (owner === 'apps' && rest[0] === 'deliveries') {
      const delivery = deliverer.deliveries.find(one => one.id === Number(rest[1]))
      if (!delivery) throw notFound()
      deliverer.redeliver(delivery)
      response.writeHead(303, { Location: back }).end()
      return
    }
    const repository = findRepository(world, owner, name)
    if (!repository || !visit.user) throw notFound()
    const next = await submit({ world, user: visit.user, repository, action: rest.join('/'), fields })
    response.writeHead(303, { Location: next ?? back }).end()
  }
}

function send(response: ServerResponse, status: number, visit: Visit, page: Page): void {
  const formAction = ["'self'", ...(page.formsLeadTo ? [page.formsLeadTo] : [])].join(' ')
  const headers = {
    ...security,
    'Content-Security-Policy': `${policy}; form-action ${formAction}`,
    'Content-Type': 'text/html; charset=utf-8',
    'Cache-Control': 'no-store',
  }
  response.writeHead(status, headers).end(layout(visit, page).html)
}

const failurePage = (failure: ApiFailure): Page => ({
  title: failure.message,
  content: html`<div class="heading"><h1>${failure.status}: ${failure.message}</h1>${Object.entries(
    failure.body,
  )
    .filter(([key]) => key === 'errors')
    .map(([, errors]) => html`<pre>${JSON.stringify(errors, null, 2)}</pre>`)}</div>`,
})

/** The person that the cookie names, else the first there is. */
function visitor(world: World, cookie: string | undefined) {
  const named = /(?:^|;\s*)acting-as=([^;]*)/.exec(cookie ?? '')?.[1]
  const found = named === undefined ? undefined : findUser(world, decodeURIComponent(named))
  return found ?? [...world.users.values()].find(user => user.type === 'User')
}

async function pageAt(visit: Visit, deliverer: Deliverer, url: URL): Promise<Page> {
  const { world } = visit
  const [owner, name, section = '', id = '', ...rest] = url.pathname
    .split('/')
    .filter(Boolean)
    .map(decodeURIComponent)
  if (owner === undefined) return repositoriesPage(visit)
  if (appSettingsAt(world, url.pathname, visit.user)) return noManifestPage
  if (owner === 'apps' && section === 'installations') return installPage(visit)
  if (owner === 'apps') return appPage(visit, deliverer)
  if (name === undefined) return repositoriesPage(visit, owner)
  const repository = findRepository(world, owner, name)
  if (!repository) throw notFound()
  const issue = repository.issues.get(Number(id))
  switch (section) {
    case '':
      return await codePage(visit, repository, repository.defaultBranch, '')
    case 'tree':
    case 'blob':
      return await codePage(visit, repository, ...(await splitRef(repository, [id, ...rest])))
    case 'issues':
    case 'pulls':
      if (id === '')
        return issuesPage(visit, repository, {
          kind: section,
          state: url.searchParams.get('state') ?? 'open',
        })
      if (!issue) throw notFound()
      return isPullRequest(issue) ? await pullPageOf(visit, issue) : issuePageOf(visit, issue)
    case 'pull':
      if (!issue || !isPullRequest(issue)) throw notFound()
      return await pullPageOf(visit, issue)
    case 'commit':
      return await commitPage(visit, repository, id)
    case 'runs':
      return runPage(visit, repository, Number(id))
    default:
      throw notFound()
  }
}

async function commitPage(visit: Visit, repository: Repository, name: string): Promise<Page> {
  const sha = await resolveCommit(repository.folder, name)
  if (!sha) throw notFound()
  const commit = await readCommit(repository.folder, sha)
  const parent = commit.parents[0] ?? (await emptyTree(repository.folder))
  const diff = files(await unifiedDiff(repository.folder, parent, sha))
  return commitPageOf(visit, repository, {
    sha,
    message: commit.message,
    author: commit.author.name,
    date: commit.committer.date,
    diff,
  })
}

function runPage(visit: Visit, repository: Repository, id: number): Page {
  const run = findRun(repository, id)
  if (!run) throw notFound()
  return {
    title: run.name,
    repository,
    tab: 'pulls',
    content: html`<div class="heading"><h1>${checkMark(run)} ${run.name}</h1><p>${run.title ?? run.status} · at <code>${run.headSha.slice(0, 7)}</code></p></div>
<section class="merge-box"><div class="check-body">${runBody(visit, repository, run)}</div></section>`,
  }
}

/** A branch may hold slashes: the longest start of the path that names a commit is the ref. */
async function splitRef(repository: Repository, parts: readonly string[]): Promise<[string, string]> {
  for (let length = parts.length; length > 0; length -= 1) {
    const ref = parts.slice(0, length).join('/')
    if (await resolveCommit(repository.folder, ref)) return [ref, parts.slice(length).join('/')]
  }
  throw notFound()
}

/** `/pull/1.diff` and `/raw/REF/PATH`. */
async function plainText(world: World, url: URL): Promise<string | Buffer | undefined> {
  const [owner = '', name = '', section, id = '', ...rest] = url.pathname
    .split('/')
    .filter(Boolean)
    .map(decodeURIComponent)
  const repository = findRepository(world, owner, name)
  if (!repository) return undefined
  if (section === 'pull' && id.endsWith('.diff')) {
    const issue = repository.issues.get(Number.parseInt(id, 10))
    if (!issue || !isPullRequest(issue)) throw notFound()
    return (await unifiedDiff(repository.folder, await diffBase(issue), issue.pull.headSha)).join('')
  }
  if (section !== 'raw') return undefined
  const [ref, path] = await splitRef(repository, [id, ...rest])
  const found = await findObject(repository.folder, `${await resolveCommit(repository.folder, ref)}:${path}`)
  if (found?.type !== 'blob') throw notFound()
  return await readBlob(repository.folder, found.sha)
}

import type { IncomingMessage, ServerResponse } from 'node:http'
import type { RepositoryRef } from '../../model/repository.ts'
import { type ApplicationPage, applicationPage } from './application-page.ts'
import { readAssets, sendAsset } from './assets.ts'
import type { DiffStyle } from './diff-view.ts'
import { filterOf } from './filter.ts'
import type { Gate, Visitor } from './gate.ts'
import { landingPage, missingPage, type Standing } from './landing-page.ts'
import type { Page } from './layout.ts'
import { sendMatches } from './matches.ts'
import { objectPage } from './object-page.ts'
import { changeBody } from './change-panel.ts'
import { planPage } from './plan-page.ts'
import type { PlanPage } from './plan-shown.ts'
import { sendPage, sendPart } from './send-page.ts'

/** What belongs to a repository. */
export interface Kept<What> {
  readonly page: What
  readonly repository: RepositoryRef
}

export interface PagesDeps {
  readonly plans: {
    /** `id` is unguessable: of a pull request, whose newest plan it is, or of one plan. Null when there is none. */
    byId(id: string): Promise<Kept<PlanPage> | null>
  }
  readonly applications: {
    /** `id` is unguessable, as a plan's. */
    byId(id: string): Promise<Kept<ApplicationPage> | null>
  }
  readonly gate: Gate
  /** What the landing page says of the server. */
  standing(): Promise<Standing>
}

/** Answers a request for one of our pages; false when it is for somebody else. */
export type Pages = (request: IncomingMessage, response: ServerResponse) => Promise<boolean>

interface Visit {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly query: URLSearchParams
}

const ofPlan = /^\/plans\/([^/]+)(?:\/(matches)|\/objects\/(\d{1,6})-(\d{1,9}))?$/
const ofApplication = /^\/applications\/([^/]+)$/
const pageId = /^[A-Za-z0-9_-]{8,128}$/

export function createPages(deps: PagesDeps): Pages {
  const files = readAssets()

  return async (request, response) => {
    const [path = '/', query = ''] = (request.url ?? '/').split(/\?(.*)/s)
    const plan = ofPlan.exec(path)
    const application = ofApplication.exec(path)
    const file = files.get(path)
    if (!file && !plan && !application && path !== '/') return false
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.writeHead(405, { Allow: 'GET, HEAD', Connection: 'close' }).end()
      return true
    }
    const visit = { request, response, query: new URLSearchParams(query) }
    if (file) sendAsset(request, response, file)
    else if (plan) await answerPlan(visit, plan)
    else if (application) await answerApplication(visit, application[1]!)
    else await sendPage(response, 200, landingPage(await deps.standing()))
    return true
  }

  async function answerPlan(visit: Visit, [, id = '', matches, application, position]: RegExpExecArray) {
    const { query } = visit
    const isPart = matches !== undefined || query.has('part')
    const admitted = await find(visit, id, deps.plans, isPart)
    if (!admitted) return
    const { page, visitor } = admitted
    const style = diffStyleOf(query)
    if (matches !== undefined) return sendMatches(visit.response, page, filterOf(query))
    if (application === undefined) {
      return send(visit, planPage(page, { style, filter: filterOf(query) }), visitor)
    }
    const [change] = await page.changes(Number(application), [Number(position)])
    if (!change) return send(visit, missingPage(), visitor, 404)
    if (!isPart) return send(visit, objectPage(page, change, style), visitor)
    await sendPart(visit.response, changeBody(change.change, page.view.headUrl, style).html)
  }

  async function answerApplication(visit: Visit, id: string) {
    const admitted = await find(visit, id, deps.applications, false)
    if (!admitted) return
    await send(visit, applicationPage(admitted.page, diffStyleOf(visit.query)), admitted.visitor)
  }

  /** What the address is of, for whoever may see it. Else the request is answered. */
  async function find<What>(
    visit: Visit,
    id: string,
    all: { byId(id: string): Promise<Kept<What> | null> },
    isPart: boolean,
  ): Promise<{ readonly page: What; readonly visitor: Visitor } | null> {
    const { request, response } = visit
    const kept = pageId.test(id) ? await all.byId(id) : null
    const visitor = await deps.gate.admit(request, response, { repository: kept?.repository ?? null, isPart })
    if (!visitor) return null
    if (kept) return { page: kept.page, visitor }
    await send(visit, missingPage(), visitor, 404)
    return null
  }
}

function send({ response }: Visit, page: Page, { login }: Visitor, status = 200): Promise<void> {
  return sendPage(response, status, { ...page, visitor: login })
}

function diffStyleOf(query: URLSearchParams): DiffStyle {
  return query.get('diff') === 'split' ? 'split' : 'unified'
}

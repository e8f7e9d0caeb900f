import { packageFile } from '../../model/package-file.ts'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createRequire } from 'node:module'
import { type ApplicationPage, applicationPage } from './application-page.ts'
import type { DiffStyle } from './diff-view.ts'
import { landingPage, missingPage, type Standing } from './landing-page.ts'
import { assets, type Page } from './layout.ts'
import { type PlanPage, planPage } from './plan-page.ts'
import { sendPage } from './send-page.ts'

export interface PagesDeps {
  readonly plans: {
    /** `id` is unguessable: whoever has it may read. Null when there is none. */
    byId(id: string): Promise<PlanPage | null>
  }
  readonly applications: {
    /** `id` is unguessable, as a plan's. */
    byId(id: string): Promise<ApplicationPage | null>
  }
  /** What the landing page says of the server. */
  standing(): Promise<Standing>
}

/** Answers a request for one of our pages; false when it is for somebody else. */
export type Pages = (request: IncomingMessage, response: ServerResponse) => Promise<boolean>

export function createPages(deps: PagesDeps): Pages {
  const styles = readStyles()

  return async (request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost')
    const shown = /^\/(plans|applications)\/([^/]+)$/.exec(url.pathname)
    const style = styles.get(url.pathname)
    if (!style && !shown && url.pathname !== '/') return false
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.writeHead(405, { Allow: 'GET, HEAD' }).end()
      return true
    }
    if (style) sendStyle(request, response, style)
    else if (!shown) sendPage(response, 200, landingPage(await deps.standing()))
    else {
      const [, what = '', id = ''] = shown
      const page = pageId.test(id) ? await pageOf(what, id, diffStyleOf(url)) : null
      if (page) sendPage(response, 200, page)
      else sendPage(response, 404, missingPage())
    }
    return true
  }

  async function pageOf(what: string, id: string, style: DiffStyle): Promise<Page | null> {
    if (what === 'applications') {
      const application = await deps.applications.byId(id)
      return application && applicationPage(application, style)
    }
    const plan = await deps.plans.byId(id)
    return plan && planPage(plan, style)
  }
}

function diffStyleOf(url: URL): DiffStyle {
  return url.searchParams.get('diff') === 'split' ? 'split' : 'unified'
}

const pageId = /^[A-Za-z0-9_-]{8,128}$/

interface Style {
  readonly body: string
  readonly etag: string
}

function readStyles(): ReadonlyMap<string, Style> {
  const diff2html = createRequire(import.meta.url).resolve('diff2html/bundles/css/diff2html.min.css')
  const ours = packageFile('src/server/web/plumbline.css')
  const style = (path: string | URL): Style => {
    const body = readFileSync(path, 'utf8')
    return { body, etag: `"${createHash('sha256').update(body).digest('hex').slice(0, 32)}"` }
  }
  return new Map([
    [assets.diff, style(diff2html)],
    [assets.ours, style(ours)],
  ])
}

function sendStyle(request: IncomingMessage, response: ServerResponse, { body, etag }: Style): void {
  const headers = { ETag: etag, 'Cache-Control': 'public, max-age=3600', 'X-Content-Type-Options': 'nosniff' }
  if (request.headers['if-none-match'] === etag) {
    response.writeHead(304, headers).end()
    return
  }
  response.writeHead(200, { ...headers, 'Content-Type': 'text/css; charset=utf-8' }).end(body)
}

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { RepositoryRef } from '../../../src/model/repository.ts'
import { isPlanned } from '../../../src/server/report/counts.ts'
import { lineOf, outlineOf, pageOrder } from '../../../src/server/report/outline.ts'
import type { PullRequestView } from '../../../src/server/report/view.ts'
import type { ApplicationPage } from '../../../src/server/web/application-page.ts'
import { type Gate, openGate } from '../../../src/server/web/gate.ts'
import type { PlanPage } from '../../../src/server/web/plan-shown.ts'
import { createPages } from '../../../src/server/web/pages.ts'

export const planId = 'kq3VZr8mT1yB0xWn'

const repository: RepositoryRef = {
  forge: 'github',
  host: 'github.example.com',
  fullName: 'acme/shop',
  cloneUrl: 'https://github.example.com/acme/shop.git',
}

export interface ServedPlan {
  readonly view: PullRequestView
  readonly pullRequest: { readonly title: string; readonly url: string } | null
  readonly isOutdated?: boolean
}

/** A plan's page out of a view that has all of it. */
function pageFrom({ view, pullRequest, isOutdated = false }: ServedPlan): PlanPage {
  const changes = view.applications.map(it => (isPlanned(it) ? pageOrder(it.status.plan.changes) : []))
  const all = changes.flatMap((some, application) =>
    some.map((change, position) => ({
      application,
      position,
      line: lineOf(change, JSON.stringify(change).length),
      change,
    })),
  )
  const outlines = view.applications.map(it => (isPlanned(it) ? outlineOf(it.status.plan) : null))
  const applications = view.applications.map((it, index) => {
    const outline = outlines[index]
    return outline ? { ...it, status: { kind: 'planned', plan: outline.plan } as const } : it
  })
  return {
    id: planId,
    view: { ...view, applications },
    outlines,
    pullRequest: pullRequest && { ...pullRequest, page: 'pageOfPullRequest' },
    isOutdated,
    async *objects() {
      yield all.map(it => ({ ...it, change: null }))
    },
    async *objectsInFull() {
      yield all
    },
    changes: async (application, positions) =>
      all.filter(it => it.application === application && positions.includes(it.position)),
  }
}

/** The pages on a server of their own. */
export async function servePages(
  plan: ServedPlan | null,
  application: ApplicationPage | null = null,
  gate: Gate = openGate,
): Promise<AsyncDisposable & { readonly url: string }> {
  const pages = createPages({
    plans: { byId: async id => (id === planId && plan ? { page: pageFrom(plan), repository } : null) },
    applications: {
      byId: async id => (id === planId && application ? { page: application, repository } : null),
    },
    gate,
    standing: async () => ({ version: '0.1.0', clusters: { online: 1, known: 2 } }),
  })
  const server = createServer((request, response) => {
    void pages(request, response).then(answered => {
      if (!answered) response.writeHead(404).end('not ours')
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    },
  }
}

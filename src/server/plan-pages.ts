import { applicationByPage } from './application-by-page.ts'
import { planView } from './jobs/plan-view.ts'
import type { Store } from './store/store.ts'
import type { PagesDeps } from './web/pages.ts'

/** What the pages show, read from the store. */
export function pagesFrom(
  store: Store,
  server: {
    readonly version: string
    readonly publicUrl: () => string | null
    readonly silenceSeconds: number
  },
): PagesDeps {
  return {
    plans: {
      async byId(page) {
        const plan = await store.plans.byPage(page)
        const pullRequest = plan && (await store.pullRequests.byId(plan.pullRequest))
        const ref = pullRequest && (await store.repositories.byKey(pullRequest.repository))
        if (!plan || !pullRequest || !ref) return null
        const clusters = await store.clusters.all()
        const view = planView({ plan, pullRequest, ref, clusters, publicUrl: server.publicUrl() })
        return { view, pullRequest: { title: pullRequest.title, url: pullRequest.url } }
      },
    },
    applications: { byId: page => applicationByPage(store, page) },
    async standing() {
      const known = (await store.clusters.all()).filter(it => !it.revoked)
      const seenAfter = Date.now() - server.silenceSeconds * 1000
      const online = known.filter(it => it.lastSeen !== null && Date.parse(it.lastSeen) > seenAfter)
      return { version: server.version, clusters: { online: online.length, known: known.length } }
    },
  }
}

import type { Change } from '../model/plan.ts'
import { applicationByPage } from './application-by-page.ts'
import { planView } from './jobs/plan-view.ts'
import type { OutlinedPlan } from './store/records/plan-pages.ts'
import type { PlannedObject } from './store/records/planned-objects.ts'
import type { Store } from './store/store.ts'
import type { ListedObject } from './web/objects.ts'
import type { PagesDeps } from './web/pages.ts'
import type { PlanPage } from './web/plan-shown.ts'

/** What the pages show, read from the store. */
export function pagesFrom(
  store: Store,
  server: {
    readonly version: string
    readonly publicUrl: () => string | null
    readonly silenceSeconds: number
  },
): Omit<PagesDeps, 'gate'> {
  return {
    plans: {
      async byId(id) {
        const found = await store.planPages.at(id)
        const pullRequest = found && (await store.pullRequests.byId(found.plan.pullRequest))
        const ref = pullRequest && (await store.repositories.byKey(pullRequest.repository))
        if (!found || !pullRequest || !ref) return null
        const clusters = await store.clusters.all()
        const { plan } = found
        const view = planView({ plan, pullRequest, ref, clusters, publicUrl: server.publicUrl() })
        const { title, url, page } = pullRequest
        return {
          page: { ...planObjects(store, found), view, pullRequest: { title, url, page } },
          repository: ref,
        }
      },
    },
    applications: {
      async byId(id) {
        const page = await applicationByPage(store, id)
        const ref = page && (await store.repositories.byKey(page.repository.key))
        return page && ref && { page, repository: ref }
      },
    },
    async standing() {
      const known = (await store.clusters.all()).filter(it => !it.revoked)
      const seenAfter = Date.now() - server.silenceSeconds * 1000
      const online = known.filter(it => it.lastSeen !== null && Date.parse(it.lastSeen) > seenAfter)
      return { version: server.version, clusters: { online: online.length, known: known.length } }
    },
  }
}

function planObjects(
  { planPages }: Store,
  { plan, outlines, isOutdated }: OutlinedPlan,
): Omit<PlanPage, 'view' | 'pullRequest'> {
  const places = plan.applications.map(({ application }) => ({
    plan: plan.id,
    application: application.name,
    cluster: application.destination.cluster,
  }))
  const indices = new Map(places.map((it, index) => [`${it.application}@${it.cluster}`, index]))
  const listed = <What extends PlannedObject>(it: What) => ({
    ...it,
    application: indices.get(`${it.application}@${it.cluster}`) ?? 0,
  })
  return {
    id: plan.page,
    outlines,
    isOutdated,
    async *objects(): AsyncGenerator<readonly ListedObject[]> {
      for await (const some of planPages.objects(plan.id)) {
        yield some.map(it => ({ ...listed(it), change: null }))
      }
    },
    async *objectsInFull(): AsyncGenerator<readonly (ListedObject & { readonly change: Change })[]> {
      for await (const some of planPages.objectsInFull(plan.id)) yield some.map(listed)
    },
    async changes(application, positions) {
      const place = places[application]
      if (!place) return []
      const found = await planPages.changesAt(place, positions)
      return found.map(it => ({ application, ...it }))
    },
  }
}

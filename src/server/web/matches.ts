import type { ServerResponse } from 'node:http'
import { createSearch, type Filter } from './filter.ts'
import { objectKey } from './objects.ts'
import type { PlanPage } from './plan-shown.ts'
import { privateHeaders } from './send-page.ts'

/** More than a person looks through. */
const mostMatches = 20_000

/** The keys of the objects in which the words occur, for the page's script. */
export async function sendMatches(
  response: ServerResponse,
  page: PlanPage,
  { search }: Filter,
): Promise<void> {
  const occurs = createSearch(search)
  const keys: string[] = []
  for await (const some of page.objectsInFull()) {
    for (const it of some) {
      const { application, cluster } = page.view.applications[it.application]!
      if (occurs({ application, cluster, line: it.line, change: it.change })) keys.push(objectKey(it))
    }
    // Nobody waits for it any more: the next letter was typed.
    if (response.destroyed || keys.length >= mostMatches) break
  }
  response.writeHead(200, { ...privateHeaders, 'Content-Type': 'application/json; charset=utf-8' })
  response.end(response.req.method === 'HEAD' ? undefined : JSON.stringify(keys))
}

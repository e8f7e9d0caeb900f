import { z } from 'zod'
import { agentNodeOptions } from '../../../src/compose/steady-heap.ts'
import { type Postgres, startPostgres } from '../../../tools/postgres.ts'
import { type Stage, startStage } from '../../stage/stage.ts'
import { type Api, openApi } from '../api.ts'
import { momentOf } from '../moment.ts'
import { applicationNames, repositoryFiles } from './repository.ts'
import { type Size, sizeFrom } from './size.ts'

/** A cluster with many synced applications, watched by a real agent that tells a real server, whose database can be read. */
export interface DriftPlace {
  readonly size: Size
  readonly stage: Stage
  readonly database: Pick<Postgres, 'url'>
  readonly api: Api
  stop(): Promise<void>
}

const cluster = 'dev'
const syncedWithin = 30 * 60_000

export async function startDriftPlace(signal: AbortSignal): Promise<DriftPlace> {
  const size = sizeFrom(process.env)
  const database = await startPostgres()
  let stage: Stage | null = null
  try {
    const env = { LOG_LEVEL: 'info', DATABASE_URL: database.url, NODE_OPTIONS: agentNodeOptions }
    stage = await startStage({ clusters: [cluster], prefix: 'bench-drift', signal, env })
    const { simulator, repository, people } = stage.github
    const files = repositoryFiles(size)
    const by = { repository, author: people.alice, branch: 'main' }
    await simulator.pushCommit({ ...by, message: 'Add everything', files })
    const api = await openApi(stage.clusters[cluster]!)
    const wanted = applicationNames(size).length
    const isSynced = async () => (await syncedApplications(api)) >= wanted
    await momentOf(`${wanted} applications are synced`, isSynced, {
      signal,
      every: 1000,
      within: syncedWithin,
    })
    const opened = stage
    return {
      size,
      stage: opened,
      database,
      api,
      async stop() {
        api.close()
        await opened.stop()
        await database.stop()
      },
    }
  } catch (cause) {
    await stage?.stop()
    await database.stop()
    throw cause
  }
}

const list = z.object({
  items: z.array(
    z.object({
      status: z
        .object({ conditions: z.array(z.object({ type: z.string(), status: z.string() })) })
        .optional(),
    }),
  ),
})

async function syncedApplications(api: Api): Promise<number> {
  // The kind is there once the agent has made it.
  const path = '/apis/plumbline.dev/v1alpha1/namespaces/plumbline-system/applications'
  const { items } = list.parse(await api.read(path).catch(() => ({ items: [] })))
  const isSynced = (it: { type: string; status: string }) => it.type === 'Synced' && it.status === 'True'
  return items.filter(it => it.status?.conditions.some(isSynced)).length
}

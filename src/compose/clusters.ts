import { join } from 'node:path'
import { type ClusterRegistry, createClusterRegistry } from '../server/agents/cluster-registry.ts'
import { createStore } from '../server/store/create-store.ts'

export interface StorePlace {
  readonly databaseUrl: string | null
  readonly dataFolder: string
}

/** Where the embedded database is inside the server's data folder. */
export function databaseFolder(dataFolder: string): string {
  return join(dataFolder, 'database')
}

/** The registry of clusters on the server's store, for the command line. Close it when done. */
export async function openClusters(place: StorePlace): Promise<ClusterRegistry & { close(): Promise<void> }> {
  const store = await createStore({
    databaseUrl: place.databaseUrl,
    folder: databaseFolder(place.dataFolder),
  })
  return { ...createClusterRegistry(store), close: () => store.close() }
}

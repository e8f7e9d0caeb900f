/** Run by a guard: removes one start of a cluster, unless another start has taken its place since. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { clusterFolder, readInstance } from './cluster-folder.ts'
import { withLock } from '../machine/lock.ts'
import { removeCluster } from './remove.ts'

const [name, parent, instance] = process.argv.slice(2)
if (name === undefined || parent === undefined) throw new Error('usage: remove-orphan NAME PARENT INSTANCE')

// Asked first, because the lock's file would bring back a folder that was removed with everything in it.
if (existsSync(join(parent, name))) {
  const folder = await clusterFolder(name, parent)
  await withLock(folder.lock, {}, async () => {
    if ((await readInstance(folder)) === instance) await removeCluster(folder)
  })
}

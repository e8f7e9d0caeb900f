import { enableCompileCache } from 'node:module'
import { join } from 'node:path'

// A short command's time is mostly that of compiling modules, so what was compiled is kept. Where that is not possible, it only
// takes longer. Not below /tmp, where somebody else could put something in its place.
const { XDG_CACHE_HOME, HOME } = process.env
const caches = XDG_CACHE_HOME || (HOME && join(HOME, '.cache'))
if (caches) enableCompileCache(join(caches, 'plumbline', 'compiled'))

const { run } = await import('./run.ts')

process.exitCode = await run(process.argv)

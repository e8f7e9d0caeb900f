import { rm } from 'node:fs/promises'
import { rolldown } from 'rolldown'

/**
 * What a plan on the command line loads: few and small, so that it starts quickly. Everything else stays in node_modules and is loaded
 * when it is needed; what brings files of its own along (the database, workers of the logger) could not be moved anyway.
 */
const bundled: ReadonlySet<string> = new Set(['commander', 'diff', 'js-yaml', 'p-queue', 'yaml', 'zod'])
/** Of those above. */
const theirs: ReadonlySet<string> = new Set(['argparse', 'eventemitter3', 'p-timeout'])

const root = new URL('../../', import.meta.url).pathname

/** Builds `dist/plumbline.js`: the command line as JavaScript, in chunks that are loaded by command. */
export async function build(folder = `${root}dist`): Promise<string> {
  await rm(folder, { recursive: true, force: true })
  const bundle = await rolldown({
    input: { plumbline: `${root}src/cli/main.ts` },
    platform: 'node',
    external: isExternal,
    logLevel: 'warn',
  })
  try {
    await bundle.write({ dir: folder, format: 'esm', chunkFileNames: 'chunks/[name]-[hash].js' })
  } finally {
    await bundle.close()
  }
  return `${folder}/plumbline.js`
}

function isExternal(id: string): boolean {
  if (/^[./]/.test(id)) return false
  const name = id
    .split('/')
    .slice(0, id.startsWith('@') ? 2 : 1)
    .join('/')
  return !bundled.has(name) && !theirs.has(name)
}

if (import.meta.main) console.log(await build())

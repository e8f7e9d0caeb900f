import { createHash } from 'node:crypto'
import { mkdir, rename, symlink } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { isExecutable } from '../machine/programs.ts'
import { binaries, type BinaryName } from './pins.ts'

/** The binaries that the person provides, each with the folder it is in; PLUMBLINE_BIN goes first. */
export async function findGiven(env: NodeJS.ProcessEnv): Promise<ReadonlyMap<BinaryName, string>> {
  const found = new Map<BinaryName, string>()
  for (const folder of [env['PLUMBLINE_BIN'], env['KUBEBUILDER_ASSETS']]) {
    if (!folder) continue
    for (const { name } of binaries) {
      if (!found.has(name) && (await isExecutable(join(folder, name)))) found.set(name, resolve(folder))
    }
  }
  return found
}

/** A folder of links, for when some binaries were given and the others come from the cache. */
export async function linkTogether(
  cache: string,
  folder: string,
  given: ReadonlyMap<BinaryName, string>,
): Promise<string> {
  const sources = binaries.map(({ name }) => join(given.get(name) ?? folder, name))
  const digest = createHash('sha256').update(JSON.stringify(sources)).digest('hex')
  const linked = join(cache, `linked-${digest.slice(0, 12)}`)
  await mkdir(linked, { recursive: true })
  for (const source of sources) {
    const link = join(linked, source.slice(source.lastIndexOf('/') + 1))
    const unfinished = `${link}.${process.pid}`
    await symlink(source, unfinished)
    await rename(unfinished, link)
  }
  return linked
}

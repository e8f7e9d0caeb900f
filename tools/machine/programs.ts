import { access, constants } from 'node:fs/promises'
import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'

export async function isExecutable(file: string): Promise<boolean> {
  return access(file, constants.X_OK).then(
    () => true,
    () => false,
  )
}

/** The folders of PATH, in order. */
export function searchPath(): readonly string[] {
  return (process.env['PATH'] ?? '').split(delimiter).filter(folder => folder !== '')
}

export async function findOnPath(program: string): Promise<string | undefined> {
  for (const folder of searchPath()) {
    if (await isExecutable(join(folder, program))) return join(folder, program)
  }
  return undefined
}

/** Where what is costly to get is kept between runs. */
export function cacheFolder(env: NodeJS.ProcessEnv): string {
  return join(env['XDG_CACHE_HOME'] || join(env['HOME'] || homedir(), '.cache'), 'plumbline')
}

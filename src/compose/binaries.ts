import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

/** Paths of the renderers: from the folder PLUMBLINE_BIN, else from PATH. Missing ones are found out when they are needed. */
export function rendererBinaries(env: NodeJS.ProcessEnv): {
  readonly helm: string
  readonly kustomize: string
} {
  return { helm: find('helm', env), kustomize: find('kustomize', env) }
}

function find(name: string, env: NodeJS.ProcessEnv): string {
  const folders = [env.PLUMBLINE_BIN, ...(env.PATH ?? '').split(delimiter)].filter(
    folder => folder !== undefined,
  )
  const found = folders.map(folder => join(folder, name)).find(isExecutable)
  return found ?? name
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}

import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { goBuild } from '../machine/go-build.ts'
import { withLock } from '../machine/lock.ts'
import { cacheFolder, isExecutable } from '../machine/programs.ts'

const goModules = join(import.meta.dirname, '..', 'go')

/**
 * Provides a program that nothing but tests needs, of the Go module in tools/go/NAME, and returns its path. It is built when it is first
 * asked for (seconds for the certificate, a minute or two for a server) and kept in the user's cache by what it is made of, apart from the control plane's binaries: a new
 * version of one leaves the other alone. Any number of processes may call it at once. Rejects with ToolError.
 */
export async function ensureTestProgram(
  name: 'certificate' | 'registry' | 's3' | 'flux-ssa',
  signal?: AbortSignal,
): Promise<string> {
  const module = join(goModules, name)
  const folder = join(cacheFolder(process.env), 'test-programs', `${name}-${await digestOf(module)}`)
  const target = join(folder, name)
  if (await isExecutable(target)) return target
  await mkdir(folder, { recursive: true })
  await withLock(join(folder, '.lock'), { signal }, async () => {
    if (await isExecutable(target)) return
    await goBuild({ module, mainPackage: '.', linkerFlags: '-s -w', target, signal })
  })
  return target
}

async function digestOf(module: string): Promise<string> {
  const hash = createHash('sha256').update(`${process.platform}-${process.arch}`)
  for (const file of (await readdir(module)).toSorted()) hash.update(await readFile(join(module, file)))
  return hash.digest('hex').slice(0, 12)
}

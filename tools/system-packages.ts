/**
 * Programs that come from the system's packages. Run as a program it provides the packages named, default all, and
 * prints where each is: `node tools/system-packages.ts [chromium|postgresql]...`
 */
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { hasCode, ToolError } from './machine/errors.ts'
import { withLock } from './machine/lock.ts'
import { cacheFolder, findOnPath, isExecutable, searchPath } from './machine/programs.ts'
import { run } from './machine/run.ts'

/** What each package's place is: the browser's binary, and the folder of the server's binaries. */
const finders = {
  chromium: findChromium,
  postgresql: findPostgresql,
} as const

export type SystemPackage = keyof typeof finders

/**
 * The places of the packages: of `chromium` the browser's binary, of `postgresql` the folder with `initdb` and
 * `postgres`. What is missing is installed by apt where this process may do so. Rejects with {@link ToolError} that
 * gives the command to run where it may not. Idempotent; quick when all is there; safe in several processes at once.
 */
export async function ensureSystemPackages<Name extends SystemPackage>(
  packages: readonly Name[],
): Promise<Readonly<Record<Name, string>>> {
  const found = await findAll(packages)
  if (packages.some(name => found[name] === undefined)) {
    await withLock(join(cacheFolder(process.env), 'apt.lock'), {}, async () => {
      const missing = await missingOf(packages)
      if (missing.length > 0) await install(missing)
    })
  }
  const missing = await missingOf(packages)
  if (missing.length > 0)
    throw new ToolError(`${missing.join(' and ')} cannot be found after the installation`)
  return (await findAll(packages)) as Record<Name, string>
}

async function findAll<Name extends SystemPackage>(
  packages: readonly Name[],
): Promise<Partial<Record<Name, string>>> {
  const found: Partial<Record<Name, string>> = {}
  for (const name of packages) {
    const place = await finders[name]()
    if (place !== undefined) found[name] = place
  }
  return found
}

async function missingOf<Name extends SystemPackage>(packages: readonly Name[]): Promise<readonly Name[]> {
  const found = await findAll(packages)
  return packages.filter(name => found[name] === undefined)
}

async function install(packages: readonly SystemPackage[]): Promise<void> {
  const apt = await findOnPath('apt-get')
  if (apt === undefined) {
    throw new ToolError(`needs ${packages.join(' and ')}: install with this system's package manager`)
  }
  if (process.getuid?.() !== 0) {
    const list = packages.join(' ')
    throw new ToolError(`needs ${list}: run  sudo apt-get update && sudo apt-get install -y ${list}`)
  }
  const env = {
    ...process.env,
    DEBIAN_FRONTEND: 'noninteractive',
    // The packages' scripts start services only above run level 1; only the programs are wanted.
    RUNLEVEL: '1',
  }
  const patiently = ['-o', 'DPkg::Lock::Timeout=300']
  await run(apt, ['update', '-qq', ...patiently], { env })
  await run(apt, ['install', '-y', '-qq', '--no-install-recommends', ...patiently, ...packages], { env })
}

async function findChromium(): Promise<string | undefined> {
  for (const name of ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome']) {
    const file = await findOnPath(name)
    if (file !== undefined) return file
  }
  return undefined
}

const debianPostgresql = '/usr/lib/postgresql'

async function findPostgresql(): Promise<string | undefined> {
  const versions = (await filesIn(debianPostgresql)).map(Number).filter(Number.isFinite)
  const newestFirst = versions
    .sort((a, b) => b - a)
    .map(version => join(debianPostgresql, String(version), 'bin'))
  for (const folder of [...newestFirst, ...searchPath()]) {
    if ((await isExecutable(join(folder, 'initdb'))) && (await isExecutable(join(folder, 'postgres'))))
      return folder
  }
  return undefined
}

async function filesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder)
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return []
    throw error
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const known = Object.keys(finders) as SystemPackage[]
  const asked = process.argv.slice(2)
  const packages = asked.length === 0 ? known : known.filter(name => asked.includes(name))
  try {
    const places = await ensureSystemPackages(packages)
    for (const name of packages) process.stdout.write(`${name}\t${places[name]}\n`)
  } catch (error) {
    if (!(error instanceof ToolError)) throw error
    process.stderr.write(`${error.message}\n`)
    process.exitCode = 1
  }
}

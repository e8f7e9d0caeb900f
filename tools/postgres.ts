import { randomBytes } from 'node:crypto'
import { chown, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { Client } from 'pg'
import { messageOf, ToolError } from './machine/errors.ts'
import { startGuard } from './machine/guard.ts'
import { freePort } from './machine/ports.ts'
import { type Started, startProcess } from './machine/processes.ts'
import { type Account, run } from './machine/run.ts'
import { ensureSystemPackages } from './system-packages.ts'

export interface Postgres {
  /** With the password of a user who may do everything; listens on loopback only. */
  readonly url: string
  /** Ends the server and removes its data. Idempotent. */
  stop(): Promise<void>
}

const user = 'plumbline'
const startAttempts = 3
const startedWithinMilliseconds = 30_000

/**
 * Starts a PostgreSQL server of its own, with empty data that it may lose at a crash. About a second. Goes with this
 * process, however that ends. Rejects with {@link ToolError} if PostgreSQL is missing and may not be installed.
 */
export async function startPostgres(): Promise<Postgres> {
  const { postgresql: binaries } = await ensureSystemPackages(['postgresql'])
  const account = await unprivilegedAccount()
  const folder = await mkdtemp(join(tmpdir(), 'plumbline-postgres-'))
  const data = join(folder, 'data')
  const guard = startGuard(['sh', '-c', cleanUp, 'cleanup', folder, data])
  const remove = async () => {
    await rm(folder, { recursive: true, force: true, maxRetries: 5 })
    guard.dismiss()
  }
  try {
    const password = randomBytes(16).toString('hex')
    await initialise({ binaries, folder, data, password, account })
    const { port, server } = await startServer({ binaries, folder, data, password, account })
    const url = urlOf(password, port)
    return {
      url,
      async stop() {
        await end(server)
        await remove()
      },
    }
  } catch (error) {
    await remove()
    throw error
  }
}

/** What the guard does: as {@link end} and the removal, for a server whose owner is gone. */
const cleanUp = `
pid=$(head -n 1 "$2/postmaster.pid" 2>/dev/null) && kill -QUIT "$pid" && while kill -0 "$pid" 2>/dev/null; do sleep 0.1; done
rm -rf "$1"`

interface ServerOptions {
  readonly binaries: string
  readonly folder: string
  readonly data: string
  readonly password: string
  readonly account: Account | undefined
}

async function initialise({ binaries, folder, data, password, account }: ServerOptions): Promise<void> {
  const passwordFile = join(folder, 'password')
  await writeFile(passwordFile, password, { mode: 0o600 })
  await mkdir(data, { mode: 0o700 })
  if (account !== undefined) {
    for (const path of [folder, passwordFile, data]) await chown(path, account.uid, account.gid)
  }
  const access = [`--username=${user}`, `--pwfile=${passwordFile}`, '--auth=scram-sha-256']
  const args = [`--pgdata=${data}`, ...access, '--encoding=UTF8', '--locale=C', '--no-sync']
  await run(join(binaries, 'initdb'), args, { cwd: folder, account })
}

/** Another process may take the port between our choice and our listening: then the next one is tried. */
async function startServer(
  options: ServerOptions,
): Promise<{ readonly port: number; readonly server: Started }> {
  const { binaries, folder, data, password, account } = options
  const log = join(folder, 'log')
  for (let attempt = 1; ; attempt++) {
    const port = await freePort()
    const settings = {
      listen_addresses: '127.0.0.1',
      port,
      unix_socket_directories: '',
      max_connections: 200,
      fsync: 'off',
      synchronous_commit: 'off',
      full_page_writes: 'off',
    }
    const server = await startProcess({
      program: join(binaries, 'postgres'),
      args: ['-D', data, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
      env: { PATH: process.env['PATH'] },
      cwd: folder,
      log,
      account,
    })
    if (await connects(urlOf(password, port), server)) return { port, server }
    await end(server)
    const text = await readFile(log, 'utf8')
    if (attempt === startAttempts || !/Address already in use/i.test(text)) {
      throw new ToolError(`PostgreSQL did not start:\n${text.trimEnd()}`)
    }
  }
}

function urlOf(password: string, port: number): string {
  return `postgres://${user}:${password}@127.0.0.1:${port}/postgres`
}

/** Waits until a client is let in; false if the server ends before, or takes too long. */
async function connects(url: string, server: Started): Promise<boolean> {
  const deadline = performance.now() + startedWithinMilliseconds
  while (server.ended() === undefined && performance.now() < deadline) {
    const client = new Client({ connectionString: url })
    try {
      await client.connect()
      await client.end()
      return true
    } catch (error) {
      if (!/ECONNREFUSED|starting up/.test(messageOf(error))) throw error
      await wait(25)
    }
  }
  return false
}

/** Immediate shutdown: the server ends its own processes first, and what it did not write is thrown away anyhow. */
async function end(server: Started): Promise<void> {
  if (server.ended() !== undefined) return
  process.kill(server.pid, 'SIGQUIT')
  while (server.ended() === undefined) await wait(20)
}

/** PostgreSQL refuses to run as root: then as `postgres`, which the package creates, or as `nobody`. */
async function unprivilegedAccount(): Promise<Account | undefined> {
  if (process.getuid?.() !== 0) return undefined
  for (const name of ['postgres', 'nobody']) {
    try {
      const uid = Number(await run('id', ['-u', name]))
      return { uid, gid: Number(await run('id', ['-g', name])) }
    } catch (error) {
      if (!(error instanceof ToolError)) throw error
    }
  }
  throw new ToolError('PostgreSQL refuses to run as root, and there is no user postgres or nobody')
}

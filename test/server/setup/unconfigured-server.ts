import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { GitHubSimulator } from '../../simulator/start-github-simulator.ts'
import { eventually } from '../../stage/eventually.ts'
import { startPlumbline } from '../../stage/process.ts'

/** `plumbline server`, for real, with no GitHub App but what its data folder holds. */
export interface UnconfiguredServer {
  readonly url: string
  readonly dataFolder: string
  /** All that it printed so far. */
  log(): Promise<string>
  /** The newest link that its log has for the setup. */
  link(): Promise<string>
  restart(env?: Readonly<Record<string, string>>): Promise<void>
  stop(): Promise<void>
}

export async function startUnconfiguredServer(github: GitHubSimulator): Promise<UnconfiguredServer> {
  const folder = await mkdtemp(join(tmpdir(), 'plumbline-setup-'))
  const logFile = join(folder, 'server.log')
  const dataFolder = join(folder, 'data')
  const used = new Set<string>()
  let port = '0'

  async function start(env: Readonly<Record<string, string>> = {}) {
    const server = startPlumbline({
      args: ['server', '--host', '127.0.0.1', '--port', port, '--data', dataFolder],
      env: { GHE_HOST: new URL(github.url).host, GHE_PROTOCOL: 'http', LOG_LEVEL: 'trace', ...env },
      logFile,
    })
    const [, found] = await server.waitForOutput(/"url":"http:\/\/127\.0\.0\.1:(\d+)"/, 60_000)
    port = found!
    return server
  }

  let running = await start()
  const log = () => readFile(logFile, 'utf8')
  return {
    url: `http://127.0.0.1:${port}`,
    dataFolder,
    log,
    link: () =>
      eventually(async () => {
        const found = [...(await log()).matchAll(/"link":"([^"]+)"/g)].at(-1)?.[1]
        if (found === undefined || used.has(found)) throw new Error('there is no new link in the log')
        used.add(found)
        return found
      }),
    async restart(env) {
      await running.stop()
      running = await start(env)
    },
    async stop() {
      await running.stop()
      await rm(folder, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

/** A browser, as far as forms and cookies go: it follows no redirect by itself. */
export interface Browser {
  get(url: string): Promise<Response>
  /** Sends the first form of the page, with what its fields hold, to where it leads. */
  send(page: Response, origin: string): Promise<Response>
}

export function openBrowser(): Browser {
  let cookie = ''
  const ask = async (url: string, init: RequestInit = {}): Promise<Response> => {
    const response = await fetch(url, { ...init, redirect: 'manual', headers: { cookie } })
    cookie = response.headers.get('set-cookie')?.split(';')[0] ?? cookie
    return response
  }
  return {
    get: url => ask(url),
    async send(page, origin) {
      const text = await page.text()
      const form = /<form class="frame new-app"[^]*?<\/form>|<form method="post"[^]*?<\/form>/.exec(text)?.[0]
      if (form === undefined) throw new Error(`no form on ${text}`)
      const fields = [...form.matchAll(/<input[^>]*? name="(\w+)" value="([^"]*)"/g)]
      const body = new URLSearchParams(
        Object.fromEntries(fields.map(([, name, value]) => [name!, unescaped(value!)])),
      )
      const action = unescaped(/action="([^"]+)"/.exec(form)![1]!)
      return ask(new URL(action, origin).href, { method: 'POST', body })
    },
  }
}

const unescaped = (text: string): string =>
  text.replaceAll(/&(quot|amp|lt|gt|#39);/g, (_, name: string) => entities[name] ?? '')

const entities: Readonly<Record<string, string>> = { quot: '"', amp: '&', lt: '<', gt: '>', '#39': "'" }

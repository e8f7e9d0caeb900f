import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { World } from '../world.ts'
import { hue } from '../world.ts'
import { escape } from './html.ts'
import { worldVersion } from './layout.ts'

export interface Asset {
  readonly type: string
  readonly body: string | Buffer
}

const beside = (name: string): string => fileURLToPath(new URL(name, import.meta.url))

const filesByPath: Readonly<Record<string, readonly [string, string]>> = {
  '/-/style.css': ['text/css; charset=utf-8', beside('./style.css')],
  '/-/live.js': ['text/javascript; charset=utf-8', beside('./live.js')],
  '/-/icon.svg': ['image/svg+xml', beside('./icon.svg')],
  '/favicon.ico': ['image/svg+xml', beside('./icon.svg')],
  '/-/diff2html.css': [
    'text/css; charset=utf-8',
    fileURLToPath(new URL('../bundles/css/diff2html.min.css', import.meta.resolve('diff2html'))),
  ],
}

export async function asset(world: World, path: string): Promise<Asset | undefined> {
  const file = filesByPath[path]
  if (file) return { type: file[0], body: await readFile(file[1]) }
  if (path === '/-/version') return { type: 'text/plain', body: String(worldVersion(world)) }
  const id = /^\/avatars\/(\d+)$/.exec(path)?.[1]
  return id === undefined ? undefined : { type: 'image/svg+xml', body: avatarImage(world, Number(id)) }
}

/** A letter on a colour for a person; a plumb line for the app. */
function avatarImage(world: World, id: number): string {
  const user = [...world.users.values()].find(one => one.id === id)
  const login = user?.login ?? '?'
  const round = user?.type === 'User' ? 20 : 8
  const open = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 40"><rect width="40" height="40" rx="${round}" fill="hsl(${hue(login)} 42% 46%)"/>`
  if (user?.type === 'Bot') {
    return `${open}<path d="M20 6v13" stroke="#fff" stroke-width="2.4" stroke-linecap="round"/><path d="M13.5 19h13L20 34z" fill="#fff"/></svg>`
  }
  return `${open}<text x="20" y="27" font-family="system-ui, sans-serif" font-size="19" font-weight="600" text-anchor="middle" fill="#fff">${escape(login.slice(0, 1).toUpperCase())}</text></svg>`
}

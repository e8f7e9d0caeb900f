import { randomBytes } from 'node:crypto'
import { createApp } from '../app.ts'
import { invalid } from '../failure.ts'
import type { App, User } from '../state.ts'
import { findUser, type World } from '../world.ts'
import type { Manifest } from './manifest.ts'

/** Between the button on GitHub's page and the exchange of the code, in milliseconds. */
const codeLifetime = 3600_000

/**
 * Makes an app of the manifest, in place of the one that was there: this GitHub has one app, and the installations of the old one go
 * with it. Resolves with the code that its credentials are exchanged for.
 */
export async function registerApp(world: World, owner: User, manifest: Manifest): Promise<string> {
  const slug = manifest.name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '')
  const taken = findUser(world, slug)
  if (slug === '' || (taken && taken !== owner)) throw invalid('Integration', 'name', 'already_exists')
  const app = await createApp(
    {
      name: manifest.name,
      slug,
      description: manifest.description ?? null,
      homepage: manifest.url,
      public: manifest.public,
      permissions: { metadata: 'read', ...manifest.default_permissions },
      events: manifest.default_events,
      callbackUrls: manifest.callback_urls,
    },
    { id: world.nextId(), owner, botId: world.nextId(), now: world.now() },
  )
  world.app = app
  world.users.set(app.bot.login.toLowerCase(), app.bot)
  world.installations.clear()
  const code = randomBytes(20).toString('hex')
  world.conversions.set(code, { app, expiresAt: new Date(world.now().getTime() + codeLifetime) })
  return code
}

/** The app that the code stands for: once, and for an hour. */
export function convertCode(world: World, code: string): App | undefined {
  const found = world.conversions.get(code)
  world.conversions.delete(code)
  return found && found.expiresAt > world.now() ? found.app : undefined
}

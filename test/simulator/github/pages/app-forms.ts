import { changeInstallation, installApp } from '../actions/installations.ts'
import { parseManifest } from '../actions/manifest.ts'
import { registerApp } from '../actions/apps.ts'
import type { Contract } from '../contract/contract.ts'
import { ApiFailure, notFound } from '../failure.ts'
import type { User } from '../state.ts'
import type { Deliverer } from '../webhooks/deliverer.ts'
import { pingOf } from '../webhooks/ping.ts'
import { findUser, type World } from '../world.ts'
import { accountsFor, installationFor, repositoriesOf } from './install-page.ts'
import type { NewApp } from './new-app-page.ts'

/** `/settings/apps`, for oneself or for an organization, with `/new` where the manifest is posted to. */
const settingsPath = /^(?:\/organizations\/([^/]+))?\/settings\/apps(\/new)?$/

export interface AppSettings {
  readonly owner: User
  /** True for the address that takes a manifest, from any site: nothing happens there before a person presses the button. */
  readonly asks: boolean
}

/** Whose apps the path is about; undefined for other paths. */
export function appSettingsAt(
  world: World,
  path: string,
  visitor: User | undefined,
): AppSettings | undefined {
  const [matched, organization, asks] = settingsPath.exec(path) ?? []
  if (matched === undefined) return undefined
  if (!visitor) throw new ApiFailure(403, 'Sign in first.')
  const owner = organization === undefined ? visitor : findUser(world, decodeURIComponent(organization))
  if (!owner || (organization !== undefined && owner.type !== 'Organization')) throw notFound()
  return { owner, asks: asks !== undefined }
}

export function newAppFrom(
  contract: Contract,
  owner: User,
  fields: URLSearchParams,
  state: string | null,
): NewApp {
  return { manifest: parseManifest(fields.get('manifest') ?? '', contract), owner, state }
}

/** Creates the app, tries its webhook, and resolves with the address to go back to. */
export async function submitNewApp(
  parts: { readonly world: World; readonly deliverer: Deliverer; readonly contract: Contract },
  owner: User,
  fields: URLSearchParams,
): Promise<string> {
  const { world, deliverer } = parts
  const manifest = parseManifest(fields.get('manifest') ?? '', parts.contract)
  const code = await registerApp(world, owner, { ...manifest, name: fields.get('name') ?? manifest.name })
  const hook = manifest.hook_attributes
  deliverer.url = hook?.active ? hook.url : undefined
  deliverer.send(pingOf(world, deliverer.url))
  const back = new URL(manifest.redirect_url)
  back.searchParams.set('code', code)
  const state = fields.get('state')
  if (state !== null) back.searchParams.set('state', state)
  return back.href
}

/** Installs the app on the account's repositories that were ticked, or adds them to what it has. */
export function submitInstallation(world: World, fields: URLSearchParams): void {
  const owner = accountsFor(world).find(one => one.login === fields.get('account'))
  const chosen = new Set(fields.getAll('repository'))
  const repositories = owner ? repositoriesOf(world, owner).filter(one => chosen.has(one.name)) : []
  if (!owner || repositories.length === 0) throw new ApiFailure(422, 'Choose at least one repository.')
  const installation = installationFor(world, owner)
  if (installation) changeInstallation(world, installation, repositories, 'added')
  else installApp(world, { owner, repositories })
}

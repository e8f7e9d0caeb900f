import { BlockList, isIP } from 'node:net'
import { webhookPath } from '../http/webhook-route.ts'
import { signInPaths } from '../web/layout.ts'
import type { AppDraft } from './app-draft.ts'

export const setupPaths = {
  start: '/setup',
  callback: '/setup/callback',
  done: '/setup/done',
} as const

/** The App's manifest, as GitHub's "Registering a GitHub App from a manifest" describes it. */
export function manifestOf(draft: AppDraft, publicUrl: string): object {
  return {
    name: draft.name,
    url: draft.url,
    description: draft.description,
    public: draft.public,
    hook_attributes: { url: webhookUrl(publicUrl), active: true },
    redirect_url: `${publicUrl}${setupPaths.callback}`,
    // Who may see plans is asked by GitHub's sign-in, when somebody wants to see one.
    callback_urls: [`${publicUrl}${signInPaths.callback}`],
    request_oauth_on_install: false,
    default_permissions: Object.fromEntries(draft.permissions.map(it => [it.name, it.access])),
    default_events: draft.events.map(it => it.name),
  }
}

export function webhookUrl(publicUrl: string): string {
  return `${publicUrl}${webhookPath}`
}

/** Where the manifest is posted to. `organisation` is a login, or null for the account of whoever posts it. */
export function newAppUrl(webUrl: string, organisation: string | null, state: string): string {
  const owner = organisation === null ? '' : `/organizations/${encodeURIComponent(organisation)}`
  return `${webUrl}${owner}/settings/apps/new?state=${encodeURIComponent(state)}`
}

/** A login as GitHub allows it; also of managed users, which have an underscore. */
export function isLogin(text: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9_-]{0,38}$/.test(text)
}

const inside = new BlockList()
inside.addSubnet('127.0.0.0', 8)
inside.addSubnet('10.0.0.0', 8)
inside.addSubnet('172.16.0.0', 12)
inside.addSubnet('192.168.0.0', 16)
inside.addSubnet('169.254.0.0', 16)
inside.addAddress('0.0.0.0')
inside.addAddress('::', 'ipv6')
inside.addAddress('::1', 'ipv6')
inside.addSubnet('fc00::', 7, 'ipv6')
inside.addSubnet('fe80::', 10, 'ipv6')

/** Whether github.com, which refuses an App with such a webhook, cannot reach the server. Of other hosts nothing is known. */
export function isOutOfReach(publicUrl: string, webUrl: string): boolean {
  if (new URL(webUrl).host !== 'github.com') return false
  const host = new URL(publicUrl).hostname.replace(/^\[|\]$/g, '')
  if (isIP(host) === 0) return host === 'localhost' || host.endsWith('.localhost') || !host.includes('.')
  return inside.check(host, isIP(host) === 6 ? 'ipv6' : 'ipv4')
}

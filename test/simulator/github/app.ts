import { generateKeyPair, randomBytes } from 'node:crypto'
import { promisify } from 'node:util'
import type { App, Permissions, User } from './state.ts'
import { toTimestamp } from './world.ts'

export interface AppOptions {
  readonly name?: string
  readonly slug?: string
  readonly description?: string | null
  readonly homepage?: string
  readonly public?: boolean
  readonly permissions?: Permissions
  readonly events?: readonly string[]
  readonly webhookSecret?: string
  readonly callbackUrls?: readonly string[]
}

/** What a GitOps app needs at least. */
const defaultPermissions: Permissions = {
  metadata: 'read',
  contents: 'write',
  pull_requests: 'write',
  issues: 'write',
  checks: 'write',
  statuses: 'write',
  deployments: 'write',
}

const defaultEvents: readonly string[] = [
  'push',
  'pull_request',
  'issues',
  'issue_comment',
  'check_run',
  'check_suite',
  'deployment_status',
]

export async function createApp(
  options: AppOptions,
  make: { readonly id: number; readonly owner: User; readonly botId: number; readonly now: Date },
): Promise<App> {
  const { publicKey, privateKey } = await promisify(generateKeyPair)('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
  })
  const slug = options.slug ?? 'plumbline-local'
  const bot: User = {
    id: make.botId,
    login: `${slug}[bot]`,
    name: `${slug}[bot]`,
    email: `${make.botId}+${slug}[bot]@users.noreply.github.com`,
    type: 'Bot',
  }
  return {
    id: make.id,
    slug,
    name: options.name ?? 'Plumbline',
    description: options.description ?? null,
    homepage: options.homepage,
    public: options.public ?? true,
    clientId: `Iv23${randomBytes(8).toString('hex')}`,
    clientSecret: randomBytes(20).toString('hex'),
    privateKey,
    publicKey,
    webhookSecret: options.webhookSecret ?? randomBytes(20).toString('hex'),
    callbackUrls: options.callbackUrls ?? [],
    permissions: options.permissions ?? defaultPermissions,
    events: options.events ?? defaultEvents,
    owner: make.owner,
    bot,
    createdAt: toTimestamp(make.now),
  }
}

import { z } from 'zod'
import type { Contract } from '../contract/contract.ts'
import { ApiFailure } from '../failure.ts'

/** An app before it exists, as GitHub's page "Registering a GitHub App from a manifest" describes it. */
export type Manifest = z.infer<typeof manifestSchema>

const manifestSchema = z.object({
  name: z.string().min(1).max(34),
  url: z.url(),
  description: z.string().optional(),
  public: z.boolean().default(false),
  hook_attributes: z.object({ url: z.url(), active: z.boolean().default(true) }).optional(),
  redirect_url: z.url({ protocol: /^https?$/ }),
  // GitHub keeps no more than ten.
  callback_urls: z
    .array(z.url({ protocol: /^https?$/ }))
    .max(10)
    .default([]),
  request_oauth_on_install: z.boolean().default(false),
  default_permissions: z.record(z.string(), z.enum(['read', 'write', 'admin'])).default({}),
  default_events: z.array(z.string()).default([]),
})

/** An app hears of these only when it may read what they are about. Of other events this simulator knows nothing. */
const permissionFor: Readonly<Record<string, readonly string[]>> = {
  pull_request: ['pull_requests'],
  push: ['contents'],
  issues: ['issues'],
  issue_comment: ['issues', 'pull_requests'],
  check_run: ['checks'],
  check_suite: ['checks'],
  deployment: ['deployments'],
  deployment_status: ['deployments'],
  status: ['statuses'],
  merge_group: ['merge_queues'],
  repository: ['metadata'],
}

/** Throws 422 with what GitHub would not take. */
export function parseManifest(text: string, contract: Pick<Contract, 'propertiesOf'>): Manifest {
  const parsed = manifestSchema.safeParse(json(text))
  if (!parsed.success) throw refused(parsed.error.issues.map(it => `${it.path.join('.')}: ${it.message}`))
  const { default_permissions: permissions, default_events: events } = parsed.data
  const known = contract.propertiesOf('app-permissions')
  const problems = [
    ...Object.keys(permissions)
      .filter(name => !known.includes(name))
      .map(name => `Default permission records resource is not included in the list: ${name}`),
    ...events
      .filter(name => !permissionFor[name]?.some(it => it in permissions))
      .map(name => `Default events unsupported: ${name}`),
  ]
  if (problems.length > 0) throw refused(problems)
  return parsed.data
}

const refused = (problems: readonly string[]): ApiFailure =>
  new ApiFailure(422, 'Invalid GitHub App configuration', { errors: problems })

function json(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) throw refused(['the manifest is not JSON'])
    throw error
  }
}

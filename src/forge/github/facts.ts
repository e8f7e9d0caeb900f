import { z } from 'zod'
import type { RepositoryFacts } from '../forge.ts'

const vendorRepository = z.object({
  id: z.number(),
  full_name: z.string(),
  clone_url: z.url(),
  default_branch: z.string(),
  archived: z.boolean().nullish(),
  disabled: z.boolean().nullish(),
})

const told = z.object({
  repository: vendorRepository,
  installation: z.object({ id: z.number() }).nullish(),
})

/** What an answer of GitHub's says of a repository. Throws ZodError when it has not its published shape. */
export function factsFrom(answer: unknown): RepositoryFacts {
  const it = vendorRepository.parse(answer)
  return {
    ref: {
      forge: 'github',
      host: new URL(it.clone_url).host,
      fullName: it.full_name,
      cloneUrl: it.clone_url,
    },
    id: String(it.id),
    defaultBranch: it.default_branch,
    access: it.archived || it.disabled ? 'read-only' : 'full',
  }
}

/** What a webhook's payload says; null when it is not about one repository, as those about an installation. */
export function factsIn(
  payload: unknown,
): { readonly facts: RepositoryFacts; readonly installation: number | null } | null {
  const parsed = told.safeParse(payload)
  if (!parsed.success) return null
  return { facts: factsFrom(parsed.data.repository), installation: parsed.data.installation?.id ?? null }
}

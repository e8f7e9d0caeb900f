import { randomBytes } from 'node:crypto'
import { defaultSettings } from '../../../src/model/settings.ts'
import type { RepositoryRef } from '../../../src/model/repository.ts'
import type { Plan } from '../../../src/model/plan.ts'
import type { Repository } from '../../simulator/github/state.ts'
import { aPlan, anApplication, aPullRequest, revision } from '../builders/application.ts'
import type { World } from '../world.ts'

/** A plan of a pull request in this repository, as if an agent had answered. Resolves with the paths of its pages. */
export async function plannedIn(
  { store, github }: Pick<World, 'store' | 'github'>,
  { owner, name }: Repository,
  changes: Partial<Plan> = {},
): Promise<{
  readonly newest: string
  readonly plan: string
  readonly again: () => Promise<string>
}> {
  const fullName = `${owner.login}/${name}`
  const ref: RepositoryRef = {
    forge: 'github',
    host: new URL(github.url).host,
    fullName,
    cloneUrl: `${github.url}/${fullName}.git`,
  }
  const repository = await store.repositories.save(ref)
  const pullRequest = await store.pullRequests.save(repository, aPullRequest())
  const again = async (): Promise<string> => {
    const page = randomBytes(24).toString('base64url')
    const plan = await store.plans.add({
      pullRequest: pullRequest.id,
      head: revision('b'),
      base: revision('a'),
      problems: [],
      settings: defaultSettings,
      awaitsMaintainer: false,
      deadline: new Date().toISOString(),
      page,
    })
    const application = { application: anApplication(), removed: false, commandId: `c${plan}`, problems: [] }
    await store.plans.addApplications(plan, [application])
    await store.plans.settle(plan, `c${plan}`, { kind: 'planned', plan: aPlan(changes) })
    return `/plans/${page}`
  }
  const plan = await again()
  return { newest: `/plans/${pullRequest.page}`, plan, again }
}

/** A browser, as far as cookies of several hosts go. It follows redirects only when told to. */
export interface Visitor {
  get(url: string): Promise<Response>
  post(url: string, fields?: Record<string, string>, headers?: Record<string, string>): Promise<Response>
  /** Follows redirects, answers the forge's form as this person, and resolves with where that ends. */
  open(url: string, login: string): Promise<Response>
  /** What it would send to the address. */
  cookies(url: string): string
}

export function openVisitor(): Visitor {
  const jar = new Map<string, Map<string, string>>()
  const cookies = (url: string): string =>
    [...(jar.get(new URL(url).host) ?? [])].map(([name, value]) => `${name}=${value}`).join('; ')
  async function ask(url: string, init: RequestInit = {}): Promise<Response> {
    const headers = { ...(init.headers as Record<string, string>), cookie: cookies(url) }
    const response = await fetch(url, { ...init, redirect: 'manual', headers })
    const { host } = new URL(url)
    const kept = jar.get(host) ?? new Map<string, string>()
    jar.set(host, kept)
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      if (/Max-Age=0/.test(line)) kept.delete(name)
      else kept.set(name, value)
    }
    return response
  }
  const post: Visitor['post'] = (url, fields = {}, headers = {}) =>
    ask(url, { method: 'POST', body: new URLSearchParams(fields), headers })
  return {
    get: url => ask(url),
    post,
    cookies,
    async open(url, login) {
      let at = url
      let response = await ask(at)
      for (let left = 10; left > 0; left -= 1) {
        const next = response.headers.get('location')
        if (next !== null) {
          at = new URL(next, at).href
          response = await ask(at)
        } else if (new URL(at).pathname === '/login/oauth/authorize') {
          const fields = Object.fromEntries(new URL(at).searchParams)
          response = await post(at.split('?')[0]!, { ...fields, user: login, answer: 'yes' })
        } else return response
      }
      throw new Error(`${url} leads round and round`)
    },
  }
}

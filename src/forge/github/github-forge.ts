import type { GitCredential, RepositoryRef } from '../../model/repository.ts'
import {
  type Forge,
  ForgeError,
  type ForgeRepository,
  type Permission,
  type RepositoryFacts,
} from '../forge.ts'
import type { ForgeSignIn } from '../sign-in.ts'
import { accessOf } from './access.ts'
import { createAuthorship } from './authorship.ts'
import { upsertCheck } from './checks.ts'
import { upsertComment } from './comments.ts'
import { failedDeliveries, redeliver } from './deliveries.ts'
import { recordDeployment } from './deployments.ts'
import { factsFrom, factsIn } from './facts.ts'
import { createIssue, readIssue, updateIssue } from './issues.ts'
import { markerRoom } from './marker.ts'
import { createOneAtATime } from './one-at-a-time.ts'
import { orNull } from './or-null.ts'
import { proposeChange } from './proposals.ts'
import { howToGrant } from './how-to-grant.ts'
import { openPullRequests, pullRequestsOf, readPullRequest } from './pull-requests.ts'
import { type Authenticate, createSession, repositoryOf } from './session.ts'

export interface GitHubForgeDeps {
  /** Address that people open, without trailing slash, e.g. `https://github.com`. */
  readonly webUrl: string
  readonly appId: number
  /** Octokit as the app, or as an installation of it: Probot's `app.auth`. */
  readonly authenticate: Authenticate
  /** Null or missing where nobody can sign in. */
  readonly signIn?: ForgeSignIn | null
}

/** GitHub refuses comments and issue bodies over 65,536 characters; our markers take their share. */
const maxBody = 65_536
/** Of the hour that one lasts. Whoever gets it has the rest to fetch with. */
const reuseCredentialMs = 20 * 60_000
/** Two of them with a key, and a title that is encoded. */
const issueMarkerRoom = 2 * markerRoom + 3 * 256

/** GitHub, or a GitHub Enterprise server, as a GitHub App with installations on repositories. */
export function createGitHubForge(deps: GitHubForgeDeps): Forge {
  const { webUrl, appId } = deps
  const host = new URL(webUrl).host
  const session = createSession(deps.authenticate)
  const authorship = createAuthorship(session, appId)
  const oneAtATime = createOneAtATime()

  const refOf = (fullName: string): RepositoryRef => ({
    forge: 'github',
    host,
    fullName,
    cloneUrl: `${webUrl}/${fullName}.git`,
  })

  async function permissionOf(fullName: string, login: string, signal: AbortSignal): Promise<Permission> {
    const attempt = { to: `read what ${login} may do in ${fullName}`, signal }
    try {
      return await session.on(fullName, attempt, async (octokit, request) => {
        const { data } = await octokit.rest.repos.getCollaboratorPermissionLevel({
          ...repositoryOf(fullName),
          username: login,
          request,
        })
        return permissions[data.permission] ?? 'none'
      })
    } catch (error) {
      // No such person.
      if (error instanceof ForgeError && error.code === 'not-found') return 'none'
      throw error
    }
  }

  const credentials = new Map<string, { readonly credential: GitCredential; readonly until: number }>()

  async function gitCredential(fullName: string, signal: AbortSignal): Promise<GitCredential> {
    const known = credentials.get(fullName)
    if (known && known.until > Date.now()) return known.credential
    const credential = await newGitCredential(fullName, signal)
    credentials.set(fullName, { credential, until: Date.now() + reuseCredentialMs })
    return credential
  }

  const ids = new Map<string, string>()

  /** Another repository may have the name now: what is kept under it was the old one's. */
  function noteFacts({ ref, id }: RepositoryFacts, installation: number | null): void {
    if (installation !== null) session.learn(ref.fullName, installation)
    if (ids.get(ref.fullName) !== id) credentials.delete(ref.fullName)
    ids.set(ref.fullName, id)
  }

  async function newGitCredential(fullName: string, signal: AbortSignal): Promise<GitCredential> {
    const installation_id = await session.installationOf(fullName, signal)
    const attempt = { to: `get a token to read ${fullName}`, signal }
    return session.asApp(attempt, async (octokit, request) => {
      const { data } = await octokit.rest.apps.createInstallationAccessToken({
        installation_id,
        repositories: [repositoryOf(fullName).repo],
        permissions: { contents: 'read' },
        request,
      })
      return { username: 'x-access-token', password: data.token, expiresAt: data.expires_at }
    })
  }

  async function factsOf(fullName: string, signal: AbortSignal): Promise<RepositoryFacts> {
    return session.on(fullName, { to: `read ${fullName}`, signal }, async (octokit, request) => {
      const { data } = await octokit.rest.repos.get({ ...repositoryOf(fullName), request })
      return factsFrom(data)
    })
  }

  function repository(fullName: string): ForgeRepository {
    const place = { session, fullName, appId, authorship }
    return {
      ref: refOf(fullName),
      maxCommentLength: maxBody - issueMarkerRoom,
      pullRequest: (number, signal) => readPullRequest(place, number, signal),
      openPullRequests: signal => openPullRequests(place, signal),
      pullRequestsOf: (revision, signal) => pullRequestsOf(place, revision, signal),
      defaultBranch: async signal => (await factsOf(fullName, signal)).defaultBranch,
      upsertComment: (comment, signal) =>
        oneAtATime(`comment ${fullName}#${comment.on.number} ${comment.key}`, () =>
          upsertComment(place, comment, signal),
        ),
      react: (commentId, content, signal) =>
        session.on(
          fullName,
          { to: `react to a comment on ${fullName}`, signal },
          async (octokit, request) => {
            const comment_id = Number(commentId)
            const at = repositoryOf(fullName)
            await octokit.rest.reactions.createForIssueComment({ ...at, comment_id, content, request })
          },
        ),
      upsertCheck: (check, knownId, signal) =>
        oneAtATime(`check ${fullName}@${check.revision} ${check.name}`, () =>
          upsertCheck(place, check, knownId, signal),
        ),
      createIssue: (key, draft, signal) =>
        oneAtATime(`issue ${fullName} ${key}`, () => createIssue(place, key, draft, signal)),
      issue: (number, signal) => readIssue(place, number, signal),
      updateIssue: (number, change, signal) => updateIssue(place, number, change, signal),
      proposeChange: (proposal, signal) =>
        oneAtATime(`proposal ${fullName} ${proposal.branch}`, () => proposeChange(place, proposal, signal)),
      recordDeployment: (deployment, signal) =>
        oneAtATime(`deployment ${fullName} ${deployment.environment}`, () =>
          recordDeployment(place, deployment, signal),
        ),
      permissionOf: (login, signal) => permissionOf(fullName, login, signal),
      accessOf: (person, signal) => accessOf(place, person, signal),
      gitCredential: signal => gitCredential(fullName, signal),
    }
  }

  async function repositories(signal: AbortSignal): Promise<readonly RepositoryFacts[]> {
    const attempt = { to: 'list our installations', signal }
    const installations = await session.asApp(attempt, (octokit, request) =>
      octokit.paginate(octokit.rest.apps.listInstallations, { per_page: 100, request }),
    )
    const found: RepositoryFacts[] = []
    for (const { id, suspended_at } of installations) {
      if (suspended_at) continue
      const listing = { to: `list the repositories of installation ${id}`, signal }
      const all = await session.asInstallation(id, listing, async (octokit, request) => {
        const listed = await octokit.paginate(octokit.rest.apps.listReposAccessibleToInstallation, {
          per_page: 100,
          request,
        })
        return listed.map(factsFrom)
      })
      for (const facts of all) noteFacts(facts, id)
      found.push(...all)
    }
    return found
  }

  return {
    kind: 'github',
    signIn: deps.signIn ?? null,
    host,
    repository,
    repositories,
    facts: (fullName, signal) => orNull('not-found', () => factsOf(fullName, signal)),
    howToGrant: (fullName, permission, signal) =>
      howToGrant({ session, webUrl }, { fullName, permission }, signal),
    factsIn(payload) {
      const told = factsIn(payload)
      if (told) noteFacts(told.facts, told.installation)
      return told?.facts ?? null
    },
    failedDeliveries: (since, signal) => failedDeliveries(session, since, signal),
    redeliver: (attempt, signal) => redeliver(session, attempt, signal),
  }
}

/** The legacy names that GitHub answers with: `maintain` arrives as write, `triage` as read. */
const permissions: Readonly<Record<string, Permission>> = {
  admin: 'admin',
  write: 'write',
  maintain: 'write',
  read: 'read',
  triage: 'read',
  none: 'none',
}

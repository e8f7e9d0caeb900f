import type { PlanCommand } from '../../src/model/command.ts'
import type { Plan } from '../../src/model/plan.ts'
import type { Problem } from '../../src/model/problem.ts'
import type { CheckRun, PullRequest, Repository } from '../simulator/github/state.ts'
import { eventually } from '../stage/eventually.ts'
import { aPlan } from './builders/application.ts'
import type { Script } from './fake-agent.ts'
import type { World } from './world.ts'

type Files = Readonly<Record<string, string | null>>

/** Pull requests in a repository of their own with two applications, `one` and `two`, each in a folder of its name. */
export interface PullRequestScene {
  readonly repository: Repository
  /** A commit on a branch that begins at the default branch. */
  push(branch: string, files: Files): Promise<string>
  open(branch: string, files: Files, more?: { readonly draft?: boolean }): Promise<PullRequest>
  /** The newest check of that name on a commit. */
  check(sha: string, name?: string): CheckRun | undefined
  /** Resolves with the newest check of that name, once it says so. */
  checked(sha: string, wanted: Partial<CheckRun>, name?: string): Promise<CheckRun>
}

export const application = (name: string): string =>
  [
    'apiVersion: plumbline.dev/v1alpha1',
    'kind: Application',
    `metadata: { name: ${name} }`,
    'spec:',
    `  source: { repoURL: ., path: ${name.replace(/^.*-/, '')} }`,
    '  destination: { name: dev }',
    '',
  ].join('\n')

export async function pullRequestScene(world: World, name: string): Promise<PullRequestScene> {
  const { github, alice } = world
  const repository = await world.repository(name, {
    'one.yaml': application(`${name}-one`),
    'two.yaml': application(`${name}-two`),
    'one/a.yaml': 'a: 0\n',
    'two/a.yaml': 'a: 0\n',
  })
  const push = (branch: string, files: Files) =>
    github.pushCommit({ repository, author: alice, branch, files, message: `change on ${branch}` })
  const check = (sha: string, of = 'plumbline') =>
    github.checkRuns(repository, sha).findLast(it => it.name === of)
  return {
    repository,
    push,
    async open(branch, files, more = {}) {
      await push(branch, files)
      const pull = { repository, author: alice, title: branch, head: branch, base: 'main', ...more }
      return github.openPullRequest(pull)
    },
    check,
    checked: (sha, wanted, of) =>
      eventually(() => {
        const run = check(sha, of)
        for (const [field, value] of Object.entries(wanted)) {
          const seen = run?.[field as keyof CheckRun]
          if (seen !== value)
            throw new Error(`${field} of the check is ${JSON.stringify(seen)}, not ${JSON.stringify(value)}`)
        }
        return run!
      }),
  }
}

/** An agent that plans what it is asked to, unless the application is on hold. */
export function planning(hold: ReadonlySet<string> = new Set(), more: Partial<Plan> = {}): Script {
  return command => {
    if (command.kind !== 'plan' || hold.has(command.application.name)) return null
    return { kind: 'plan', outcome: { kind: 'planned', plan: planFor(command, more) } }
  }
}

export function planFor(command: PlanCommand, more: Partial<Plan> = {}): Plan {
  return aPlan({
    application: command.application.name,
    cluster: command.application.destination.cluster,
    revision: command.head,
    ...more,
  })
}

export function problems(amount: number): readonly Problem[] {
  return Array.from({ length: amount }, (_, index) => ({
    code: 'yaml-syntax',
    message: 'a mapping value is not allowed here',
    location: { file: 'one/a.yaml', line: index + 1 },
    hint: null,
  }))
}

import type { Selectable } from 'kysely'
import type { Application } from '../../../model/application.ts'
import type { Plan, PlanOutcome } from '../../../model/plan.ts'
import type { Problem } from '../../../model/problem.ts'
import type { Revision } from '../../../model/repository.ts'
import type { Settings } from '../../../model/settings.ts'
import { changesSomething } from '../../report/counts.ts'
import type { Database, Sql } from '../database.ts'
import { keepObjects } from './planned-objects.ts'
import { isSuperseded } from './superseded.ts'

/** One application of a plan, as asked. */
export interface NewPlannedApplication {
  /** As the head defines it; as the base does, when the pull request removes it. */
  readonly application: Application
  readonly removed: boolean
  /** The command that an agent answers; null when it cannot be asked, and `problems` say why. */
  readonly commandId: string | null
  readonly problems: readonly Problem[]
}

export type PlannedStatus =
  | { readonly kind: 'pending' }
  | { readonly kind: 'planned'; readonly plan: Plan }
  | { readonly kind: 'failed'; readonly problems: readonly Problem[] }
  | { readonly kind: 'offline' }

export interface PlannedApplication {
  readonly application: Application
  readonly removed: boolean
  readonly commandId: string | null
  readonly status: PlannedStatus
}

export interface NewPlan {
  /** Id of the pull request's row. */
  readonly pullRequest: number
  readonly head: Revision
  readonly base: Revision
  /** Branch whose head `base` was; null where nobody noted it. */
  readonly baseRef?: string | null
  /** What outdated the plan before, as {@link PlanRecord.outdated} says it; null when it is no repetition. */
  readonly because?: string | null
  /** How many plans in a row were made because something happened in a cluster, this one included. */
  readonly shaken?: number
  /** What is wrong in `.plumbline.yaml` or in Application documents. */
  readonly problems: readonly Problem[]
  readonly settings: Settings
  readonly awaitsMaintainer: boolean
  /** When waiting for agents that do not take their commands ends, RFC 3339. */
  readonly deadline: string
  /** Unguessable part of its page's address. */
  readonly page: string
}

/** One attempt to say what one head does. The newest of a pull request is the one that is shown. */
export interface PlanRecord extends Required<NewPlan> {
  readonly id: number
  /** RFC 3339. */
  readonly createdAt: string
  /** Why it is made again, e.g. "`main` moved to 88b01de"; null while it holds. */
  readonly outdated: string | null
  readonly applications: readonly PlannedApplication[]
}

export interface Plans {
  add(plan: NewPlan): Promise<number>
  addApplications(plan: number, applications: readonly NewPlannedApplication[]): Promise<void>
  /** With the applications in the order of their names. */
  latest(pullRequest: number): Promise<PlanRecord | null>
  byId(id: number): Promise<PlanRecord | null>
  /** An application's outcome; the first answer stays, except that one may come after it was given up on. */
  settle(plan: number, commandId: string, outcome: PlanOutcome): Promise<void>
  /** An application is asked for once more, under another command. */
  askAgain(
    plan: number,
    it: {
      readonly before: string
      readonly commandId: string
      /** When waiting for agents that do not take their commands ends now, RFC 3339. */
      readonly deadline: string
    },
  ): Promise<void>
  /** Gives up on the applications whose commands these are, as far as they are still pending. */
  giveUp(plan: number, commandIds: readonly string[]): Promise<void>
  /** Says why it has to be made again. The first reason stays; false when there was one. */
  outdate(plan: number, why: string): Promise<boolean>
  /** Null unless it is the newest of an open pull request, and this command's answer is, or will be, part of it. */
  standing(plan: number, commandId: string): Promise<Pick<PlanRecord, 'shaken' | 'createdAt'> | null>
  /** Newest plans of open pull requests in which an application on a cluster was planned, with the commands that did it. */
  openWith(
    application: string,
    cluster: string,
  ): Promise<readonly { readonly id: number; readonly command: string | null }[]>
  /** Open pull requests whose newest plan lacks an answer of this cluster: `[repository key, number]`. */
  waitingFor(cluster: string): Promise<readonly { readonly repository: string; readonly number: number }[]>
}

export function plansIn(db: Sql): Plans {
  const newestOfOpen = () =>
    db
      .selectFrom('planned_applications as planned')
      .innerJoin('plans', 'plans.id', 'planned.plan')
      .innerJoin('pull_requests', 'pull_requests.id', 'plans.pull_request')
      .where('pull_requests.state', '=', 'open')
      .where(({ not }) => not(isSuperseded()))
  const complete = async (row: Selectable<Database['plans']> | undefined): Promise<PlanRecord | null> => {
    if (!row) return null
    const applications = await db
      .selectFrom('planned_applications')
      .selectAll()
      .where('plan', '=', row.id)
      .orderBy('application')
      .orderBy('cluster')
      .execute()
    return planFrom(row, applications.map(plannedFrom))
  }
  return {
    async add(plan) {
      const { id } = await db
        .insertInto('plans')
        .values({
          pull_request: plan.pullRequest,
          page: plan.page,
          head: plan.head,
          base: plan.base,
          base_ref: plan.baseRef ?? null,
          because: plan.because ?? null,
          shaken: plan.shaken ?? 0,
          problems: JSON.stringify(plan.problems),
          settings: JSON.stringify(plan.settings),
          awaits_maintainer: plan.awaitsMaintainer,
          deadline: plan.deadline,
        })
        .returning('id')
        .executeTakeFirstOrThrow()
      return id
    },
    async addApplications(plan, applications) {
      if (applications.length === 0) return
      await db
        .insertInto('planned_applications')
        .values(
          applications.map(it => ({
            plan,
            application: it.application.name,
            cluster: it.application.destination.cluster,
            defined_in: it.application.definedIn?.file ?? null,
            definition: JSON.stringify(it.application),
            removed: it.removed,
            command: it.commandId,
            status: it.commandId ? ('pending' as const) : ('failed' as const),
            problems: it.commandId ? null : JSON.stringify(it.problems),
          })),
        )
        .execute()
    },
    async latest(pullRequest) {
      return complete(
        await db
          .selectFrom('plans')
          .selectAll()
          .where('pull_request', '=', pullRequest)
          .orderBy('id', 'desc')
          .limit(1)
          .executeTakeFirst(),
      )
    },
    async byId(id) {
      return complete(await db.selectFrom('plans').selectAll().where('id', '=', id).executeTakeFirst())
    },
    async settle(plan, commandId, outcome) {
      const settled = await db
        .updateTable('planned_applications')
        .set(
          outcome.kind === 'planned'
            ? {
                status: 'planned',
                result: JSON.stringify(outcome.plan),
                changes: changesSomething(outcome.plan),
              }
            : { status: 'failed', problems: JSON.stringify(outcome.problems) },
        )
        .where('plan', '=', plan)
        .where('command', '=', commandId)
        .where('status', 'in', ['pending', 'offline'])
        .returning(['application', 'cluster'])
        .execute()
      if (outcome.kind !== 'planned') return
      for (const place of settled) await keepObjects(db, { plan, ...place }, outcome.plan)
    },
    async askAgain(plan, { before, commandId, deadline }) {
      await db
        .updateTable('planned_applications')
        .set({ status: 'pending', command: commandId, result: null, outline: null, problems: null })
        .where('plan', '=', plan)
        .where('command', '=', before)
        .execute()
      await db
        .deleteFrom('planned_objects')
        .using('planned_applications as planned')
        .whereRef('planned_objects.plan', '=', 'planned.plan')
        .whereRef('planned_objects.application', '=', 'planned.application')
        .whereRef('planned_objects.cluster', '=', 'planned.cluster')
        .where('planned.plan', '=', plan)
        .where('planned.command', '=', commandId)
        .execute()
      await db.updateTable('plans').set({ deadline, created_at: new Date() }).where('id', '=', plan).execute()
    },
    async giveUp(plan, commandIds) {
      if (commandIds.length === 0) return
      await db
        .updateTable('planned_applications')
        .set({ status: 'offline' })
        .where('plan', '=', plan)
        .where('command', 'in', [...commandIds])
        .where('status', '=', 'pending')
        .execute()
    },
    async outdate(plan, why) {
      const { numUpdatedRows } = await db
        .updateTable('plans')
        .set({ outdated: why })
        .where('id', '=', plan)
        .where('outdated', 'is', null)
        .executeTakeFirst()
      return numUpdatedRows > 0n
    },
    async standing(plan, commandId) {
      const row = await newestOfOpen()
        .where('plans.id', '=', plan)
        .where('planned.command', '=', commandId)
        .select(['plans.shaken', 'plans.created_at'])
        .executeTakeFirst()
      return row ? { shaken: row.shaken, createdAt: row.created_at.toISOString() } : null
    },
    async openWith(application, cluster) {
      return newestOfOpen()
        .where('planned.application', '=', application)
        .where('planned.cluster', '=', cluster)
        .where('planned.status', '=', 'planned')
        .select(['plans.id', 'planned.command'])
        .orderBy('plans.id')
        .execute()
    },
    async waitingFor(cluster) {
      return newestOfOpen()
        .where('planned.cluster', '=', cluster)
        .where('planned.status', '=', 'offline')
        .select(['pull_requests.repository', 'pull_requests.number'])
        .distinct()
        .execute()
    },
  }
}

export function planFrom(
  row: Selectable<Database['plans']>,
  applications: readonly PlannedApplication[],
): PlanRecord {
  return {
    id: row.id,
    createdAt: row.created_at.toISOString(),
    page: row.page,
    pullRequest: row.pull_request,
    head: row.head,
    base: row.base,
    baseRef: row.base_ref,
    because: row.because,
    outdated: row.outdated,
    shaken: row.shaken,
    problems: row.problems as readonly Problem[],
    settings: row.settings as Settings,
    awaitsMaintainer: row.awaits_maintainer,
    deadline: row.deadline.toISOString(),
    applications,
  }
}

function plannedFrom(row: Selectable<Database['planned_applications']>): PlannedApplication {
  return {
    application: row.definition as Application,
    removed: row.removed,
    commandId: row.command,
    status: statusFrom(row),
  }
}

function statusFrom(row: Selectable<Database['planned_applications']>): PlannedStatus {
  switch (row.status) {
    case 'pending':
    case 'offline':
      return { kind: row.status }
    case 'planned':
      return { kind: 'planned', plan: row.result as Plan }
    case 'failed':
      return { kind: 'failed', problems: row.problems as readonly Problem[] }
  }
}

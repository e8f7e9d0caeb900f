import { readFile } from 'node:fs/promises'

/** From one line of the log of server or agent; times are of the wall clock, in milliseconds. */
interface LogLine {
  readonly time: number
  readonly msg: string
  readonly [field: string]: unknown
}

/** Where the time between a webhook and its comment went, in milliseconds. */
export interface Timeline {
  /** From the webhook's arrival to its answer. */
  readonly accept: number
  /** From there until the agent is asked: queue, the pull request, fetch and merge by the server, what is touched. */
  readonly read: number
  /** The agent's fetches and checkouts of merge and base. */
  readonly checkout: number
  readonly render: number
  /** Reading live objects and dry runs. */
  readonly plan: number
  /** From the agent's answer to the comment. */
  readonly report: number
}

/** What is known from outside; wall clock. */
export interface Outside {
  readonly head: string
  readonly sent: number
  readonly comment: number
  /** Milliseconds. */
  readonly accept: number
}

/** Reads what server and agent logged of the one plan of a commit for one application. */
export async function timelineOf(
  { head, sent, comment, accept }: Outside,
  logs: { readonly server: string; readonly agent: string },
): Promise<Timeline> {
  const server = await linesOf(logs.server)
  const asked = server.findLast(it => it.msg === 'a pull request is planned' && it['head'] === head)
  if (!asked) throw new Error(`the server says nothing of a plan for ${head}`)
  const isOfTrace = (it: LogLine) => it['traceId'] === asked['traceId']
  const answered = server.findLast(it => it.msg === 'a command was answered' && isOfTrace(it))
  const made = (await linesOf(logs.agent)).findLast(it => it.msg === 'a plan was made' && isOfTrace(it))
  if (!answered || !made) throw new Error(`no plan of ${head} was made and answered`)
  const spent = made['spentMs'] as {
    readonly checkout: number
    readonly render: number
    readonly plan: number
  }
  return { accept, read: asked.time - sent - accept, ...spent, report: comment - answered.time }
}

async function linesOf(file: string): Promise<readonly LogLine[]> {
  const text = await readFile(file, 'utf8')
  return text
    .split('\n')
    .filter(line => line.startsWith('{'))
    .map(line => {
      const { time, msg, ...fields } = JSON.parse(line) as Record<string, unknown>
      return { ...fields, time: Date.parse(String(time)), msg: String(msg) }
    })
}

import { type Client, ConnectError, createClient, type Interceptor } from '@connectrpc/connect'
import { createConnectTransport } from '@connectrpc/connect-node'
import { GitError } from '../../git/repository.ts'
import type { AgentCommand, AgentHello, CommandEnvelope, CommandResult } from '../../model/command.ts'
import type { DriftReport } from '../../model/drift.ts'
import type { GitCredential } from '../../model/repository.ts'
import { AgentService } from '../../protocol/generated/plumbline/v1/agent_pb.ts'
import { createOutbox } from './outbox.ts'
import { withSilenceLimit } from './silence.ts'

/** Largest message taken from the server. Commands are small; the bound keeps a broken peer from filling memory. */
const readMaxBytes = 16 * 1024 * 1024

export interface LinkLogger {
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
}

export interface LinkHandlers {
  hello(): Promise<AgentHello>
  /** The server has answered: a session begins. It may know less than at the last one. */
  greeted(): void
  /** Runs one command to its end. Never rejects for what a person can mend; such ends are results. */
  execute(envelope: CommandEnvelope, signal: AbortSignal): Promise<CommandResult>
}

/** The agent's side of the conversation with the server. */
export interface Link {
  /** Whether a command stream is open now. */
  readonly connected: boolean
  /**
   * Keeps a session open until `signal` aborts: reconnects with a jittered pause, runs commands side by side, answers each
   * once. A command that is delivered again while it runs, or after it ended, is not run again.
   */
  run(handlers: LinkHandlers, signal: AbortSignal): Promise<void>
  /** Answers a command that ended in an earlier life of this process. */
  settle(commandId: string, result: CommandResult): void
  /** Queues a report; only the newest per application is kept while the server is away. */
  reportDrift(report: DriftReport): void
  /** A credential for one repository, asked when needed. Rejects with GitError. */
  gitCredential(cloneUrl: string, signal: AbortSignal): Promise<GitCredential | null>
}

export function createLink(deps: {
  readonly serverUrl: string
  readonly token: string
  readonly logger: LinkLogger
  /** Milliseconds before the first reconnect; doubles up to 30 s. */
  readonly pauseMs?: number
}): Link {
  const client = createClient(
    AgentService,
    createConnectTransport({
      baseUrl: deps.serverUrl,
      httpVersion: '1.1',
      readMaxBytes,
      interceptors: [bearer(deps.token)],
    }),
  )
  const outbox = createOutbox(client, deps.logger)
  let connected = false

  async function session(handlers: LinkHandlers, signal: AbortSignal): Promise<void> {
    const self = await handlers.hello()
    const hello = await client.hello({ ...self, applications: [...self.applications] }, { signal })
    deps.logger.info({ cluster: hello.cluster, server: hello.serverVersion }, 'connected to the server')
    handlers.greeted()
    const limitMs = Math.max(hello.keepAliveSeconds, 1) * 3000
    await withSilenceLimit(limitMs, signal, async (heard, silenceSignal) => {
      for await (const message of client.commands(
        { sessionId: hello.sessionId },
        { signal: silenceSignal },
      )) {
        heard()
        connected = true
        outbox.flush(signal)
        if (message.id !== '') outbox.take(envelopeFrom(message), handlers.execute, signal)
      }
    })
  }

  return {
    get connected() {
      return connected
    },
    async run(handlers, signal) {
      const firstPause = deps.pauseMs ?? 500
      let pause = firstPause
      while (!signal.aborted) {
        const startedAt = performance.now()
        await session(handlers, signal).catch(cause => {
          if (!signal.aborted) deps.logger.warn({ err: cause }, 'the session with the server ended')
        })
        connected = false
        if (performance.now() - startedAt > 60_000) pause = firstPause
        await rest(pause * (0.5 + Math.random()), signal)
        pause = Math.min(pause * 2, 30_000)
      }
    },
    settle: (commandId, result) => outbox.settle(commandId, result),
    reportDrift: report => outbox.reportDrift(report),
    async gitCredential(cloneUrl, signal) {
      const answer = await client
        .getGitCredential({ cloneUrl }, { signal, timeoutMs: 30_000 })
        .catch(cause => {
          const why = ConnectError.from(cause).rawMessage
          throw new GitError('unauthorized', `could not get a credential for ${cloneUrl}: ${why}`, true, {
            cause,
          })
        })
      if (answer.password === '') return null
      return { username: answer.username, password: answer.password, expiresAt: answer.expiresAt || null }
    },
  }
}

export type AgentClient = Client<typeof AgentService>

function bearer(token: string): Interceptor {
  return next => request => {
    request.header.set('Authorization', `Bearer ${token}`)
    return next(request)
  }
}

function envelopeFrom(message: {
  id: string
  traceId: string
  deadline: string
  commandJson: string
}): CommandEnvelope {
  // The server is the agent's authority: it is trusted to send what this version of the protocol says.
  const command = JSON.parse(message.commandJson) as AgentCommand
  return { id: message.id, traceId: message.traceId, deadline: message.deadline, command }
}

/** Resolves after `ms`, or at once when `signal` aborts. */
function rest(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    if (signal.aborted) return resolve()
    const timer = setTimeout(done, ms)
    function done(): void {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    signal.addEventListener('abort', done)
  })
}

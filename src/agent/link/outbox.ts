import { Code, ConnectError } from '@connectrpc/connect'
import type { CommandEnvelope, CommandResult } from '../../model/command.ts'
import type { DriftReport } from '../../model/drift.ts'
import { fitReport } from './fit-report.ts'
import type { AgentClient, LinkHandlers, LinkLogger } from './link.ts'

/** How many ended commands are remembered, so that a redelivery is answered instead of run again. */
const remembered = 500

/** How many heals of one application are carried from report to report: the newest. The cluster keeps count of all. */
const mostHeals = 200

/** The last is said of what is longer than the server takes: all others would wait behind it. */
const forGood: readonly Code[] = [
  Code.InvalidArgument,
  Code.NotFound,
  Code.PermissionDenied,
  Code.ResourceExhausted,
]

/** These say nothing of what was sent, but of the server: whatever is next would fare no better. */
const serverIsAway: readonly Code[] = [
  Code.Unavailable,
  Code.DeadlineExceeded,
  Code.Canceled,
  Code.Aborted,
  Code.Unauthenticated,
]

/** Answers and reports on their way to the server, kept until it has taken them. */
export interface Outbox {
  /** Runs a command unless it is running or has ended already. */
  take(envelope: CommandEnvelope, execute: LinkHandlers['execute'], signal: AbortSignal): void
  settle(commandId: string, result: CommandResult): void
  /** Takes the place of an application's report that still waits, and takes over the heals of that. */
  reportDrift(report: DriftReport): void
  /** Sends what waits. */
  flush(signal: AbortSignal): void
}

export function createOutbox(client: AgentClient, logger: LinkLogger): Outbox {
  const running = new Set<string>()
  const ended = new Map<string, CommandResult>()
  const unanswered = new Set<string>()
  const unreported = new Map<string, DriftReport>()
  let sending: Promise<void> = Promise.resolve()
  let lastSignal: AbortSignal = new AbortController().signal

  function settle(commandId: string, result: CommandResult): void {
    ended.set(commandId, result)
    unanswered.add(commandId)
    for (const oldest of ended.keys()) {
      if (ended.size <= remembered) break
      if (!unanswered.has(oldest)) ended.delete(oldest)
      else break
    }
  }

  /** One sender at a time, so that answers and reports leave in order. */
  function flush(signal: AbortSignal): void {
    lastSignal = signal
    sending = sending
      .then(() => sendAll(signal))
      .catch(cause => {
        if (!signal.aborted)
          logger.warn({ err: cause }, 'the server did not take an answer; it will be sent again')
      })
  }

  async function sendAll(signal: AbortSignal): Promise<void> {
    for (const commandId of unanswered) {
      const resultJson = JSON.stringify(ended.get(commandId))
      const sent = client.complete({ commandId, resultJson }, { signal, timeoutMs: 60_000 })
      if (await isDone(sent, { commandId })) unanswered.delete(commandId)
    }
    for (const [application, report] of unreported) {
      const reportJson = JSON.stringify(fitReport(report))
      const sent = client.reportDrift({ reportJson }, { signal, timeoutMs: 60_000 })
      const done = await isDone(sent, { application })
      if (done && unreported.get(application) === report) unreported.delete(application)
    }
  }

  /**
   * Whether it need not be sent again: it was taken, or the server refuses it for good. What the server failed on waits without
   * keeping others. Rejects when the server is away.
   */
  async function isDone(sent: Promise<unknown>, about: object): Promise<boolean> {
    try {
      await sent
      return true
    } catch (cause) {
      const { code } = ConnectError.from(cause)
      if (serverIsAway.includes(code)) throw cause
      const isRefused = forGood.includes(code)
      const message = isRefused
        ? 'the server refused an answer or report'
        : 'the server failed on an answer or report; it will be sent again'
      logger.warn({ err: cause, ...about }, message)
      return isRefused
    }
  }

  return {
    settle(commandId, result) {
      settle(commandId, result)
      flush(lastSignal)
    },
    flush,
    reportDrift(report) {
      const waiting = unreported.get(report.application)
      const healed = [...(waiting?.healed ?? []), ...report.healed].slice(
        -Math.max(mostHeals, report.healed.length),
      )
      unreported.set(report.application, { ...report, healed })
      flush(lastSignal)
    },
    take(envelope, execute, signal) {
      const { id, traceId } = envelope
      if (running.has(id)) return
      if (ended.has(id)) {
        unanswered.add(id)
        return flush(signal)
      }
      running.add(id)
      execute(envelope, signal)
        .then(result => {
          settle(id, result)
          flush(signal)
        })
        .catch(cause => {
          // No answer: the server delivers it again with the next session.
          logger.warn({ err: cause, commandId: id, traceId }, 'a command ended without a result')
        })
        .finally(() => running.delete(id))
    },
  }
}

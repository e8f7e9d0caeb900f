import { Code, ConnectError } from '@connectrpc/connect'
import type { CommandEnvelope, CommandResult } from '../../model/command.ts'
import type { DriftReport } from '../../model/drift.ts'
import type { AgentClient, LinkHandlers, LinkLogger } from './link.ts'

/** How many ended commands are remembered, so that a redelivery is answered instead of run again. */
const remembered = 500

/** The last is said of what is longer than the server takes: all others would wait behind it. */
const forGood: readonly Code[] = [
  Code.InvalidArgument,
  Code.NotFound,
  Code.PermissionDenied,
  Code.ResourceExhausted,
]

/** Answers and reports on their way to the server, kept until it has taken them. */
export interface Outbox {
  /** Runs a command unless it is running or has ended already. */
  take(envelope: CommandEnvelope, execute: LinkHandlers['execute'], signal: AbortSignal): void
  settle(commandId: string, result: CommandResult): void
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
      await client
        .complete({ commandId, resultJson }, { signal, timeoutMs: 60_000 })
        .catch(forgetRefused({ commandId }))
      unanswered.delete(commandId)
    }
    for (const [application, report] of unreported) {
      await client
        .reportDrift({ reportJson: JSON.stringify(report) }, { signal, timeoutMs: 60_000 })
        .catch(forgetRefused({ application }))
      if (unreported.get(application) === report) unreported.delete(application)
    }
  }

  /** What the server refuses for good is dropped: sending it again cannot help. */
  function forgetRefused(about: object): (cause: unknown) => void {
    return cause => {
      const { code } = ConnectError.from(cause)
      if (!forGood.includes(code)) throw cause
      logger.warn({ err: cause, ...about }, 'the server refused an answer or report')
    }
  }

  return {
    settle(commandId, result) {
      settle(commandId, result)
      flush(lastSignal)
    },
    flush,
    reportDrift(report) {
      unreported.set(report.application, report)
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

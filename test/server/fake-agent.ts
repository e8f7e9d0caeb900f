import { createClient } from '@connectrpc/connect'
import { createConnectTransport } from '@connectrpc/connect-node'
import type { AgentCommand, CommandEnvelope, CommandResult } from '../../src/model/command.ts'
import type { DriftReport } from '../../src/model/drift.ts'
import { AgentService } from '../../src/protocol/generated/plumbline/v1/agent_pb.ts'

export function agentClient(serverUrl: string, token: string) {
  return createClient(
    AgentService,
    createConnectTransport({
      baseUrl: serverUrl,
      httpVersion: '1.1',
      interceptors: [
        next => request => {
          request.header.set('Authorization', `Bearer ${token}`)
          return next(request)
        },
      ],
    }),
  )
}

/** What a scripted agent answers; null leaves a command unanswered. */
export type Script = (command: AgentCommand, envelope: CommandEnvelope) => CommandResult | null

/** An agent that speaks the real protocol over real HTTP, and knows no cluster. */
export interface FakeAgent {
  /** Commands as they came, redeliveries included. */
  readonly received: readonly CommandEnvelope[]
  /** Watches of open plans among them, which are left to the test to answer. */
  readonly watching: readonly CommandEnvelope[]
  /** What it answers from now on. */
  script: Script
  complete(id: string, result: CommandResult): Promise<void>
  reportDrift(report: DriftReport): Promise<void>
  /** Resolves when the server has ended the session, or `stop` was called. */
  readonly ended: Promise<void>
  stop(): Promise<void>
}

export async function startFakeAgent(
  serverUrl: string,
  token: string,
  script: Script = () => null,
): Promise<FakeAgent> {
  const client = agentClient(serverUrl, token)
  const stopping = new AbortController()
  const received: CommandEnvelope[] = []
  const watching: CommandEnvelope[] = []
  const complete = async (commandId: string, result: CommandResult): Promise<void> => {
    await client.complete({ commandId, resultJson: JSON.stringify(result) })
  }
  const { sessionId } = await client.hello({
    version: '0.1.0',
    kubernetesVersion: 'v1.36.3',
    applications: [],
  })
  const agent = {
    received,
    watching,
    script,
    complete,
    async reportDrift(report: DriftReport) {
      await client.reportDrift({ reportJson: JSON.stringify(report) })
    },
    async stop() {
      stopping.abort()
      await listening
    },
  }
  async function listen(): Promise<void> {
    try {
      for await (const message of client.commands({ sessionId }, { signal: stopping.signal })) {
        if (message.id === '') continue
        const { id, traceId, deadline, commandJson } = message
        const envelope = { id, traceId, deadline, command: JSON.parse(commandJson) as AgentCommand }
        if (envelope.command.kind === 'watch') {
          watching.push(envelope)
          continue
        }
        received.push(envelope)
        const result = agent.script(envelope.command, envelope)
        if (result) await complete(id, result)
      }
    } catch (cause) {
      if (!stopping.signal.aborted) throw cause
    }
  }
  const listening = listen().catch(() => {})
  return Object.assign(agent, { ended: listening })
}

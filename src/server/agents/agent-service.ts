import { randomUUID } from 'node:crypto'
import { Code, ConnectError, type ConnectRouter, type HandlerContext } from '@connectrpc/connect'
import type { Logger } from 'pino'
import { InvalidInputError } from '../../model/problem.ts'
import { decodeJson } from '../../protocol/codec.ts'
import { AgentService } from '../../protocol/generated/plumbline/v1/agent_pb.ts'
import { commandResultSchema, driftReportSchema } from '../../protocol/schemas.ts'
import type { Forges } from '../forges.ts'
import type { Queue } from '../queue/queue.ts'
import type { Store } from '../store/store.ts'
import { newTraceId } from '../trace-id.ts'
import { authenticate } from './authenticate.ts'
import { commandsFor } from './commands-stream.ts'
import { complete } from './complete.ts'
import { credentialFor } from './git-credential.ts'
import type { WakeUps } from './wake-ups.ts'

export interface AgentServiceDeps {
  readonly store: Store
  readonly queue: Queue
  readonly forges: Forges
  readonly wakeUps: WakeUps
  readonly logger: Logger
  readonly version: string
  readonly keepAliveSeconds: number
  /** Aborts when the server stops: open streams end. */
  readonly stopping: AbortSignal
}

/** The server's side of the conversation with agents: each speaks for the one cluster that its token names. */
export function agentRoutes(deps: AgentServiceDeps): (router: ConnectRouter) => void {
  const { store, queue, logger } = deps
  const clusterOf = (context: HandlerContext) => authenticate(store.clusters, context.requestHeader)

  return router =>
    router.service(AgentService, {
      async hello({ version, kubernetesVersion }, context) {
        const { name } = await clusterOf(context)
        const sessionId = randomUUID()
        await store.transaction(async records => {
          await records.clusters.openSession(name, {
            id: sessionId,
            agentVersion: version.slice(0, 100),
            kubernetesVersion: kubernetesVersion.slice(0, 100),
          })
          const traceId = newTraceId()
          await queue.enqueue(records, { traceId, job: { kind: 'agent-connected', cluster: name } })
        })
        logger.info({ cluster: name, version, kubernetesVersion }, 'an agent connected')
        return {
          sessionId,
          serverVersion: deps.version,
          cluster: name,
          keepAliveSeconds: deps.keepAliveSeconds,
        }
      },

      async *commands({ sessionId }, context) {
        const { name } = await clusterOf(context)
        const signal = AbortSignal.any([context.signal, deps.stopping])
        yield* commandsFor(deps, { cluster: name, id: sessionId }, signal)
      },

      async complete({ commandId, resultJson }, context) {
        const { name } = await clusterOf(context)
        const record = await store.commands.byId(commandId)
        if (record?.cluster !== name) {
          throw new ConnectError('this cluster was given no such command', Code.NotFound)
        }
        const result = refusing(() => decodeJson('command result', commandResultSchema, resultJson))
        await complete(deps, record, result)
        logger.info({ cluster: name, commandId, traceId: record.traceId }, 'a command was answered')
        return {}
      },

      async reportDrift({ reportJson }, context) {
        const { name } = await clusterOf(context)
        const report = refusing(() => decodeJson('drift report', driftReportSchema, reportJson))
        if (report.cluster !== name) {
          throw new ConnectError('the report is about another cluster', Code.PermissionDenied)
        }
        const traceId = newTraceId()
        await queue.enqueue(store, { traceId, job: { kind: 'drift-reported', report } })
        logger.info({ cluster: name, application: report.application, traceId }, 'drift was reported')
        return {}
      },

      async getGitCredential({ cloneUrl }, context) {
        const { name } = await clusterOf(context)
        const credential = await credentialFor(deps, { cluster: name, cloneUrl }, context.signal)
        if (credential === 'refused') {
          throw new ConnectError(
            'no application of this cluster is read from this repository',
            Code.PermissionDenied,
          )
        }
        return {
          username: credential?.username ?? '',
          password: credential?.password ?? '',
          expiresAt: credential?.expiresAt ?? '',
        }
      },
    })
}

function refusing<T>(decode: () => T): T {
  try {
    return decode()
  } catch (cause) {
    if (cause instanceof InvalidInputError) {
      throw new ConnectError(cause.message, Code.InvalidArgument, undefined, undefined, cause)
    }
    throw cause
  }
}

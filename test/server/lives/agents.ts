import { setTimeout as wait } from 'node:timers/promises'
import { randomFrom } from '../../agent/sync/proof/random.ts'
import type { AgentCommand, CommandResult } from '../../../src/model/command.ts'
import { aPlan, aSyncResult } from '../builders/application.ts'
import { type FakeAgent, startFakeAgent } from '../fake-agent.ts'
import type { World } from '../world.ts'

/** By which a comment is known to show the plan of a head. */
export const tokenOf = (head: string) => `planned-${head}`

/** An agent that takes its time, some more of it than a pull request lives. */
export async function startSlowAgent(world: World, cluster: string, seed: number): Promise<FakeAgent> {
  const random = randomFrom(seed)
  const agent = await startFakeAgent(world.server.url, await world.register(cluster))
  agent.script = (command, { id }) => {
    const result = resultOf(command, cluster)
    if (!result) return null
    const pause = random() < 0.1 ? 3000 * random() : 300 * random()
    // Whoever waits for it has gone when the server does.
    void wait(pause)
      .then(() => agent.complete(id, result))
      .catch(() => {})
    return null
  }
  return agent
}

function resultOf(command: AgentCommand, cluster: string): CommandResult | null {
  if (command.kind === 'plan') {
    const { name } = command.application
    const [change] = aPlan().changes
    const diff = `@@ -1,2 +1,2 @@\n data:\n-  by: nobody\n+  by: ${tokenOf(command.head)}\n`
    const changes = [{ ...change!, diff }]
    const digest = `sha256:${command.head.padEnd(64, '0')}`
    const plan = aPlan({
      application: name,
      cluster,
      revision: command.head,
      changes,
      digest,
      changeDigest: digest,
      liveAt: new Date().toISOString(),
    })
    return { kind: 'plan', outcome: { kind: 'planned', plan } }
  }
  if (command.kind !== 'sync') return null
  const { application, revision } = command
  return { kind: 'sync', result: aSyncResult({ application: application.name, cluster, revision }) }
}

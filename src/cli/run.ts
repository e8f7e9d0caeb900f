import { Command, CommanderError } from 'commander'
import { InvalidInputError } from '../model/problem.ts'
import { addAdoptCommand } from './commands/adopt.ts'
import { addAgentCommand } from './commands/agent.ts'
import { addClustersCommand } from './commands/clusters.ts'
import { addDriftCommand } from './commands/drift.ts'
import { addHistoryCommand } from './commands/history.ts'
import { addPlanCommand } from './commands/plan.ts'
import { addRenderCommand } from './commands/render.ts'
import { addRollbackCommand } from './commands/rollback.ts'
import { addServerCommand } from './commands/server.ts'
import { addSyncCommand } from './commands/sync.ts'
import { addValidateCommand } from './commands/validate.ts'
import { exitCodes } from './exit-codes.ts'
import { version } from './version.ts'

/** Runs the command line and resolves with the process's exit code. */
export async function run(argv: readonly string[]): Promise<number> {
  let exitCode = 0
  const program = new Command('plumbline')
    .description('GitOps that lives in the pull request.')
    .version(version)
    .showHelpAfterError('(add --help for what this command takes)')
    .exitOverride()
    .addHelpText('after', examples)
  const end = (code: number) => {
    exitCode = code
  }
  addPlanCommand(program, end)
  addSyncCommand(program, end)
  addDriftCommand(program, end)
  addAdoptCommand(program, end)
  addHistoryCommand(program, end)
  addRollbackCommand(program, end)
  addRenderCommand(program)
  addValidateCommand(program, end)
  addServerCommand(program)
  addClustersCommand(program)
  addAgentCommand(program)
  try {
    await program.parseAsync(argv)
    return exitCode
  } catch (cause) {
    return failed(cause)
  }
}

const examples = `
Try it on the cluster that your kubeconfig points to:
  $ plumbline plan deploy/overlays/dev --namespace shop     what would change, and what has drifted
  $ plumbline sync deploy/overlays/dev --namespace shop     apply it, wait for health, roll back if it fails
  $ plumbline drift deploy/overlays/dev --namespace shop    what was changed by hand since
  $ plumbline rollback dev                                  back to what was synced before
  $ plumbline validate                                      what is wrong with the files, with their lines

For a team, run the server where your forge reaches it and an agent in each cluster:
  $ plumbline clusters add prod                             prints the agent's token once
  $ plumbline server
  $ plumbline agent --server https://plumbline.example.com --token-file /var/run/plumbline/token
`

function failed(cause: unknown): number {
  // Help and version end by an exception too; commander has printed what there is to say.
  if (cause instanceof CommanderError) return cause.exitCode === 0 ? 0 : exitCodes.error
  if (cause instanceof InvalidInputError) {
    process.stderr.write(`${cause.message}\n`)
    return exitCodes.error
  }
  const verbose = process.env.PLUMBLINE_DEBUG ? `\n${(cause as Error).stack ?? ''}` : ''
  process.stderr.write(`plumbline: ${cause instanceof Error ? cause.message : String(cause)}${verbose}\n`)
  return exitCodes.error
}

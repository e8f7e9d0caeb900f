import type { Command } from 'commander'
import { exitCodes } from '../exit-codes.ts'
import { addClusterOptions, addColourOption, addOutputOption, type TargetOptions } from './options.ts'

interface RollbackOptions extends TargetOptions {
  readonly to?: string
  readonly dryRun?: boolean
}

const below = `
Shows what it changes, then does it like a sync: everything is dry-run first, health is awaited, and all of it is put back if it fails.
What it takes the place of is held back: no sync that nobody asked for brings it again until Git says something else.

Exit code: 0 rolled back, 1 failed and put back, or refused, 2 error; with --dry-run 0 no difference, 1 difference, 2 error.

Examples:
  $ plumbline rollback shop                 the set before the current one
  $ plumbline rollback shop --to 4f2a9c1    a revision, or a number of \`plumbline history shop\`
  $ plumbline rollback shop --dry-run
`

export function addRollbackCommand(program: Command, end: (code: number) => void): void {
  const command = addClusterOptions(program.command('rollback <application>'))
    .description('bring an application back to what was synced before')
    .option('--to <revision>', 'a revision or a number of the history (default: the one before the current)')
    .option('--dry-run', 'only show what it would change')
    .option('--prune', 'delete what came since, although the Application does not prune')
  addColourOption(addOutputOption(command))
    .addHelpText('after', below)
    .action(async (application: string, options: RollbackOptions) => {
      const { withLocalEngine } = await import('../local-engine.ts')
      const { planRollback } = await import('../rollback-application.ts')
      const { printPlan, printSync } = await import('../output/print.ts')
      await withLocalEngine(options, async (engine, signal) => {
        const { plan, carryOut } = await planRollback(engine, application, options, signal)
        // What is read by a program is one document: the result holds its plan.
        if (options.dryRun || options.output === 'text') {
          await printPlan(plan, { ...options, root: process.cwd() })
        }
        if (options.dryRun) {
          const differs = plan.changes.some(it => it.action !== 'leave-behind')
          end(plan.summary.error > 0 ? exitCodes.error : differs ? exitCodes.different : exitCodes.same)
          return
        }
        const result = await carryOut()
        await printSync(result, options)
        if (result.outcome === 'failed') end(exitCodes.error)
        else end(result.outcome === 'synced' ? exitCodes.same : exitCodes.different)
      })
    })
}

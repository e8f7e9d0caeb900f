import type { Command } from 'commander'
import { exitCodes } from '../exit-codes.ts'
import { addClusterOptions, addColourOption, addOutputOption, type TargetOptions } from './options.ts'

const below = `
The newest entry, marked with *, is what runs. \`plumbline rollback\` brings any of them back, by number or revision. How many are kept is
the Application's revisionHistoryLimit (default 10).

Exit code: 0 listed, 1 never synced to this cluster, 2 error.

Examples:
  $ plumbline history shop
  $ plumbline history shop --context prod --output json
`

export function addHistoryCommand(program: Command, end: (code: number) => void): void {
  const command = addClusterOptions(program.command('history <application>')).description(
    'list what was synced of an application, and who or what set it off',
  )
  addColourOption(addOutputOption(command))
    .addHelpText('after', below)
    .action(async (application: string, options: TargetOptions) => {
      const { withLocalEngine } = await import('../local-engine.ts')
      const { historyOf } = await import('../history.ts')
      const { printHistory } = await import('../output/print.ts')
      await withLocalEngine(options, async (engine, signal) => {
        const history = await historyOf(engine, application, signal)
        await printHistory(history, options)
        end(history.history.length > 0 ? exitCodes.same : exitCodes.different)
      })
    })
}

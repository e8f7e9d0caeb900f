import type { Command } from 'commander'
import { exitCodes } from '../exit-codes.ts'
import { addTargetOptions, helpBelow, type TargetOptions } from './options.ts'

export function addDriftCommand(program: Command, end: (code: number) => void): void {
  addTargetOptions(program.command('drift <path>'))
    .description('show what was changed in the cluster since PATH was synced, and by whom')
    .addHelpText(
      'after',
      helpBelow({
        exit: '0 no drift, 1 drift, 2 error',
        examples: ['drift deploy/overlays/dev --namespace shop'],
      }),
    )
    .action(async (path: string, options: TargetOptions) => {
      const { withLocalEngine } = await import('../local-engine.ts')
      const { driftOfPath } = await import('../drift-path.ts')
      const { printDrift } = await import('../output/print.ts')
      await withLocalEngine(options, async (engine, signal) => {
        const drift = await driftOfPath(engine, path, options, signal)
        await printDrift(drift, options)
        if (drift.drifted.some(it => it.action === 'error')) end(exitCodes.error)
        else end(drift.drifted.length > 0 ? exitCodes.different : exitCodes.same)
      })
    })
}

import type { Command } from 'commander'
import { exitCodes } from '../exit-codes.ts'
import type { LocalEngine } from '../local-engine.ts'
import { addTargetOptions, helpBelow, type TargetOptions } from './options.ts'

interface DriftOptions extends TargetOptions {
  readonly history?: boolean
}

export function addDriftCommand(program: Command, end: (code: number) => void): void {
  addTargetOptions(program.command('drift <path>'))
    .description('show what was changed in the cluster since PATH was synced, and by whom')
    .option('--history', 'list what self-heal has put back instead')
    .addHelpText(
      'after',
      helpBelow({
        exit: '0 no drift, 1 drift, 2 error; with --history 0',
        examples: ['drift deploy/overlays/dev --namespace shop', 'drift deploy/overlays/dev --history'],
      }),
    )
    .action(async (path: string, options: DriftOptions) => {
      const { withLocalEngine } = await import('../local-engine.ts')
      const { driftOfPath } = await import('../drift-path.ts')
      const { printDrift } = await import('../output/print.ts')
      await withLocalEngine(options, async (engine, signal) => {
        if (options.history) return tellHeals(engine, path, options, signal)
        const drift = await driftOfPath(engine, path, options, signal)
        await printDrift(drift, options)
        if (drift.drifted.some(it => it.action === 'error')) end(exitCodes.error)
        else end(drift.drifted.length > 0 ? exitCodes.different : exitCodes.same)
      })
    })
}

async function tellHeals(
  engine: LocalEngine,
  path: string,
  options: TargetOptions,
  signal: AbortSignal,
): Promise<void> {
  const { healsOfPath } = await import('../heal-history.ts')
  const { printHeals } = await import('../output/print.ts')
  await printHeals(await healsOfPath(engine, path, options, signal), options)
}

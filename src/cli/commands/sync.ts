import type { Command } from 'commander'
import { exitCodes } from '../exit-codes.ts'
import { addCreateNamespaceOption, addTargetOptions, helpBelow, type TargetOptions } from './options.ts'

interface SyncOptions extends TargetOptions {
  readonly confirmPrune?: boolean
}

export function addSyncCommand(program: Command, end: (code: number) => void): void {
  addCreateNamespaceOption(addTargetOptions(program.command('sync <path>')))
    .option('--confirm-prune', 'delete what waits for that: Prune=confirm and Delete=confirm')
    .description('bring the cluster to PATH: wait for health, prune, and put everything back if it fails')
    .addHelpText(
      'after',
      helpBelow({
        exit: '0 synced, 1 rolled back, refused or waiting, 2 error',
        examples: [
          'sync deploy/overlays/dev --namespace shop',
          'sync deploy/overlays/dev --namespace shop --prune --timeout 5m',
        ],
      }),
    )
    .action(async (path: string, options: SyncOptions) => {
      const { withLocalEngine } = await import('../local-engine.ts')
      const { syncPath } = await import('../sync-path.ts')
      const { printSync } = await import('../output/print.ts')
      // Its own timeout bounds the wait for health; what comes after it is the rollback, which must not be cut short.
      const { timeout: _, ...target } = options
      await withLocalEngine(target, async (engine, signal) => {
        const result = await syncPath(engine, path, options, signal)
        await printSync(result, options)
        if (result.outcome === 'failed') end(exitCodes.error)
        else end(result.outcome === 'synced' ? exitCodes.same : exitCodes.different)
      })
    })
}

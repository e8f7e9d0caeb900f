import type { Command } from 'commander'
import { exitCodes } from '../exit-codes.ts'
import { addTargetOptions, helpBelow, type TargetOptions } from './options.ts'

export function addAdoptCommand(program: Command, end: (code: number) => void): void {
  addTargetOptions(program.command('adopt <path>'))
    .description('edit the files of PATH so that they say what was changed in the cluster')
    .option('--dry-run', 'only show the edits')
    .addHelpText(
      'after',
      helpBelow({
        exit: '0 no drift, 1 drift, 2 error',
        examples: [
          'adopt deploy/overlays/dev --namespace shop --dry-run',
          'adopt deploy/applications/shop.yaml',
        ],
      }),
    )
    .action(async (path: string, options: TargetOptions & { readonly dryRun?: boolean }) => {
      const { withLocalEngine } = await import('../local-engine.ts')
      const { adoptPath } = await import('../adopt-path.ts')
      const { printAdopted } = await import('../output/adopted-text.ts')
      await withLocalEngine(options, async (engine, signal) => {
        const adopted = await adoptPath(engine, path, options, signal)
        printAdopted(adopted, options)
        const isSame = adopted.adopted.length === 0 && adopted.left.length === 0
        end(isSame ? exitCodes.same : exitCodes.different)
      })
    })
}

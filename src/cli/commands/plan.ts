import type { Command } from 'commander'
import { exitCodes } from '../exit-codes.ts'
import { addCreateNamespaceOption, addTargetOptions, helpBelow, type TargetOptions } from './options.ts'

interface PlanOptions extends TargetOptions {
  readonly base?: string
  readonly full?: boolean
  readonly unmanaged?: boolean
}

export function addPlanCommand(program: Command, end: (code: number) => void): void {
  addCreateNamespaceOption(addTargetOptions(program.command('plan <path>')))
    .description('show what applying PATH would change in the cluster, without changing anything')
    .option('--base <dir-or-revision>', 'what the change starts from, to tell it from drift')
    .option('--unmanaged', 'list the fields that others have put into the objects too')
    .option('--full', 'show objects that come or go to their last line')
    .addHelpText(
      'after',
      helpBelow({
        exit: '0 no difference, 1 difference, 2 error',
        examples: [
          'plan deploy/overlays/dev --namespace shop',
          'plan deploy/overlays/dev --namespace shop --base main   tell what this branch changes from drift',
          'plan deploy/applications/shop-dev.yaml --output json',
          'plan deploy/overlays/dev --namespace shop --output markdown | gh pr comment --body-file -',
        ],
      }),
    )
    .action(async (path: string, options: PlanOptions) => {
      const { withLocalEngine } = await import('../local-engine.ts')
      const { createProgress } = await import('../output/progress.ts')
      const { planPath } = await import('../plan-path.ts')
      const { printPlan } = await import('../output/print.ts')
      const progress = createProgress(process.stderr)
      await withLocalEngine(options, async (engine, signal) => {
        const { plan, root } = await planPath(engine, path, { ...options, progress }, signal)
        progress.end()
        await printPlan(plan, { ...options, root })
        if (plan.summary.error > 0) end(exitCodes.error)
        else end(plan.changes.some(it => it.action !== 'leave-behind') ? exitCodes.different : exitCodes.same)
      }).finally(progress.end)
    })
}

import { Option, type Command } from 'commander'
import { addTargetOptions, helpBelow, type TargetOptions } from './options.ts'

export function addRenderCommand(program: Command): void {
  const command = addTargetOptions(program.command('render <path>'))
    .description('print the manifests that PATH renders to, as the plan and the sync see them')
    .addHelpText(
      'after',
      helpBelow({ examples: ['render deploy/overlays/dev', 'render charts/shop --output json'] }),
    )
  command.options
    .find((option): option is Option => option.long === '--output')!
    .choices(['yaml', 'json'])
    .default('yaml')
  command.action(
    async (path: string, options: Omit<TargetOptions, 'output'> & { output: 'yaml' | 'json' }) => {
      const { withLocalEngine } = await import('../local-engine.ts')
      const { renderPath } = await import('../render-path.ts')
      const { printObjects } = await import('../output/print.ts')
      await withLocalEngine(options, async (engine, signal) => {
        printObjects(await renderPath(engine, path, options, signal), options.output)
      })
    },
  )
}

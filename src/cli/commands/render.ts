import { Option, type Command } from 'commander'
import { addChartOptions, addClusterOptions, helpBelow, type TargetOptions } from './options.ts'

interface RenderOptions extends Omit<TargetOptions, 'output' | 'color'> {
  readonly offline?: boolean
  readonly hideSecrets?: boolean
  readonly output: 'yaml' | 'json'
}

const about = `
Objects stand in the order in which they are applied, each below the file and line that it comes from. Charts are told the version and
kinds of the cluster; without a kubeconfig, or with --offline, those of one Kubernetes version that Plumbline brings along.
Secrets are printed as they are, as kustomize and helm do: what is printed stands in Git or comes from a chart, and is meant to be
piped on. --hide-secrets is for logs.`

export function addRenderCommand(program: Command): void {
  addChartOptions(addClusterOptions(program.command('render <path>')))
    .description('print the manifests that PATH renders to, as the plan and the sync see them')
    .option('--application <name>', "the application's name (default: the directory's name)")
    .option('-n, --namespace <name>', 'namespace that charts are told (default: "default")')
    .option('--offline', 'ask no cluster, and fetch no chart')
    .option('--hide-secrets', 'print "(hidden)" in place of what Secrets hold')
    .addOption(new Option('-o, --output <format>', 'what to print').choices(['yaml', 'json']).default('yaml'))
    .addHelpText(
      'after',
      `${about}\n${helpBelow({
        examples: [
          'render deploy/overlays/dev',
          'render charts/shop --offline --output json',
          'render deploy/overlays/dev | kubectl diff -f -',
        ],
      })}`,
    )
    .action(async (path: string, options: RenderOptions) => {
      const { openDestination } = await import('../destination.ts')
      const { renderPath } = await import('../render-path.ts')
      const { commandSignal } = await import('../signal.ts')
      const { objectsText } = await import('../output/objects-text.ts')
      const { writeOut } = await import('../output/write-out.ts')
      const signal = commandSignal(options)
      const charts = { ...options, fetch: options.fetch !== false && options.offline !== true }
      const rendered = await renderPath(path, charts, await openDestination(options, signal), signal)
      const { output: format, hideSecrets = false } = options
      writeOut(objectsText(rendered, { format, hideSecrets }))
    })
}

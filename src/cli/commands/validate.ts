import { type Command, Option } from 'commander'
import type { ColourChoice } from '../output/colour.ts'
import { addChartOptions, addClusterOptions, addColourOption, type ChartOptions } from './options.ts'

interface ValidateOptions extends ChartOptions {
  readonly kubeconfig?: string
  readonly context?: string
  readonly offline?: boolean
  readonly render: boolean
  readonly output: 'text' | 'json'
  readonly color: ColourChoice
  /** Seconds. */
  readonly timeout?: number
}

const below = `
PATH is a repository's folder, or files and folders in it (default: this folder). What is wrong is told all at once, with its place:
  - .plumbline.yaml and Application documents
  - manifests: syntax, unknown fields and kinds, removed API versions, wrong types, missing fields, values that are not allowed
  - what kustomizations and charts render, traced back to the file it comes from
Kinds are looked up in the cluster's own schemas, so custom ones count too, and in CustomResourceDefinitions of the same repository.
Without a kubeconfig, or with --offline, the schemas of one Kubernetes version that Plumbline brings along are used.

Exit code: 0 no problem, 1 problems, 2 error.

Examples:
  $ plumbline validate
  $ plumbline validate --offline deploy/ charts/shop
  $ plumbline validate --context prod --output json
`

export function addValidateCommand(program: Command, end: (code: number) => void): void {
  const command = program
    .command('validate [paths...]')
    .description(
      'check .plumbline.yaml, Applications and manifests; all problems at once, with file, line and column',
    )
  addChartOptions(addClusterOptions(command))
    .option('--offline', 'ask no cluster, and fetch no chart')
    .option('--no-render', 'look at files as they are written only, and run neither kustomize nor helm')
    .addOption(new Option('-o, --output <format>', 'what to print').choices(['text', 'json']).default('text'))
  addColourOption(command)
    .addHelpText('after', below)
    .action(async (paths: readonly string[], options: ValidateOptions) => {
      const { validateCommand } = await import('../validate/validate-command.ts')
      end(await validateCommand(paths.length === 0 ? ['.'] : paths, options))
    })
}

import { InvalidArgumentError, Option, type Command } from 'commander'
import { secondsOf } from '../../model/duration.ts'
import type { ColourChoice } from '../output/colour.ts'

/** Options that every command on a PATH takes. */
export interface TargetOptions extends ChartOptions {
  readonly kubeconfig?: string
  readonly context?: string
  readonly application?: string
  readonly namespace?: string
  readonly prune?: boolean
  readonly createNamespace?: boolean
  readonly takeFrom?: readonly string[]
  /** Seconds. */
  readonly timeout?: number
  readonly output: 'text' | 'json' | 'markdown'
  readonly color: ColourChoice
}

/** Where charts that are not in the repository come from. */
export interface ChartOptions {
  readonly chartHosts?: string
  readonly fetch?: boolean
}

/** What stands below the options: what PATH is, how the command ends, and how people use it. */
export function helpBelow(it: { readonly exit?: string; readonly examples: readonly string[] }): string {
  return [
    '',
    'PATH is a directory (one application, named after it) or an Application document.',
    ...(it.exit ? [`Exit code: ${it.exit}.`] : []),
    '',
    'Examples:',
    ...it.examples.map(example => `  $ plumbline ${example}`),
  ].join('\n')
}

export function addTargetOptions(command: Command): Command {
  addChartOptions(addClusterOptions(command))
    .option('--application <name>', "the application's name (default: the directory's name)")
    .option('-n, --namespace <name>', 'namespace of objects that name none (default: "default")')
    .option('--prune', 'delete objects that the application owns and Git no longer has')
    .option(
      '--take-from <application...>',
      'take over objects of PATH that belong to this application, which does not have them any more',
    )
  return addColourOption(addOutputOption(command))
}

export function addCreateNamespaceOption(command: Command): Command {
  return command.option(
    '--create-namespace',
    'create the namespace when it is not there, as CreateNamespace=true does',
  )
}

export function addOutputOption(command: Command): Command {
  return command.addOption(
    new Option('-o, --output <format>', 'what to print')
      .choices(['text', 'json', 'markdown'])
      .default('text'),
  )
}

/** Which cluster is asked, and for how long. */
export function addClusterOptions(command: Command): Command {
  return command
    .option(
      '--kubeconfig <file>',
      'kubeconfig to use (default: $KUBECONFIG, ~/.kube/config, or the cluster it runs in)',
    )
    .option('--context <name>', 'context of the kubeconfig')
    .option(
      '--timeout <duration>',
      'how long to wait for the whole command, such as 90s or 5m',
      parseDuration,
    )
}

export function addChartOptions(command: Command): Command {
  return command
    .option(
      '--chart-hosts <file>',
      'YAML file with credentials and certificates of hosts that charts come from, as the agent has it (default: $PLUMBLINE_CHART_HOSTS)',
    )
    .option('--no-fetch', 'fetch no chart that is not in the repository')
}

export function addColourOption(command: Command): Command {
  return command
    .addOption(
      new Option('--color <when>', 'colours, as NO_COLOR and FORCE_COLOR say too')
        .choices(['auto', 'always', 'never'])
        .default('auto'),
    )
    .addOption(new Option('--no-color').hideHelp())
}

function parseDuration(text: string): number {
  const seconds = secondsOf(text)
  if (seconds === null || seconds <= 0)
    throw new InvalidArgumentError('expected a duration such as 90s or 5m.')
  return seconds
}

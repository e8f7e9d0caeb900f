import type { Command } from 'commander'

interface AgentOptions {
  readonly server: string
  readonly cluster: string
  readonly tokenFile: string
  readonly kubeconfig?: string
  readonly context?: string
  readonly data: string
  readonly syncs: string
  readonly chartHosts?: string
  readonly tenants?: string
  readonly auditLog?: string
}

const environment = `
Environment:
  PLUMBLINE_SERVER, PLUMBLINE_CLUSTER, PLUMBLINE_TOKEN_FILE, PLUMBLINE_DATA, PLUMBLINE_CHART_HOSTS,
  PLUMBLINE_TENANTS, PLUMBLINE_AUDIT_LOG
                            in place of the options
  LOG_LEVEL                 trace, debug, info (default), warn, error

Example:
  $ plumbline agent --server https://plumbline.example.com --cluster prod --token-file /var/run/plumbline/token`

export function addAgentCommand(program: Command): void {
  program
    .command('agent')
    .description('watch over one cluster: plan, sync, heal and report to the server')
    .requiredOption(
      '--server <url>',
      'the server, as reached from this cluster',
      process.env.PLUMBLINE_SERVER,
    )
    .requiredOption(
      '--cluster <name>',
      "the cluster's name, as registered with `plumbline clusters add`",
      process.env.PLUMBLINE_CLUSTER,
    )
    .requiredOption(
      '--token-file <file>',
      "file that holds the cluster's token",
      process.env.PLUMBLINE_TOKEN_FILE,
    )
    .option('--kubeconfig <file>', 'kubeconfig to use (default: the service account it runs under)')
    .option('--context <name>', 'context of the kubeconfig')
    .option(
      '--data <folder>',
      'folder for checkouts and caches; may be emptied at any time',
      process.env.PLUMBLINE_DATA ?? './plumbline-agent',
    )
    .option(
      '--chart-hosts <file>',
      'YAML file that lists where charts may be fetched from, and with which credentials (default: nowhere)',
      process.env.PLUMBLINE_CHART_HOSTS,
    )
    .option(
      '--tenants <file>',
      'YAML file that lists which repositories may deploy to which namespaces, and as whom (default: all, as the agent)',
      process.env.PLUMBLINE_TENANTS,
    )
    .option(
      '--audit-log <file>',
      "the API server's audit log, which names the users that made drift (default: managers only)",
      process.env.PLUMBLINE_AUDIT_LOG,
    )
    .option('--syncs <number>', 'how many applications are synced at once', '4')
    .addHelpText('after', environment)
    .action(async (options: AgentOptions) => {
      const { runAgent } = await import('../../compose/run-agent.ts')
      await runAgent({
        serverUrl: options.server,
        clusterName: options.cluster,
        tokenFile: options.tokenFile,
        kubeconfig: options.kubeconfig ?? null,
        context: options.context ?? null,
        dataFolder: options.data,
        concurrentSyncs: Number(options.syncs),
        chartHostsFile: options.chartHosts ?? null,
        tenantsFile: options.tenants ?? null,
        auditLogFile: options.auditLog ?? null,
      })
    })
}

import type { Command } from 'commander'
import { columns } from '../output/columns.ts'

interface ClustersOptions {
  readonly data: string
}

/** Works on the store directly: with the embedded database, while no server runs on it. */
export function addClustersCommand(program: Command): void {
  const clusters = program.command('clusters').description('the clusters that agents may speak for')
  const withData = (command: Command) =>
    command.option(
      '--data <folder>',
      'data folder of the server, when DATABASE_URL is not set',
      process.env.PLUMBLINE_DATA ?? './plumbline-data',
    )
  const open = async (options: ClustersOptions) => {
    const { openClusters } = await import('../../compose/clusters.ts')
    return openClusters({ databaseUrl: process.env.DATABASE_URL ?? null, dataFolder: options.data })
  }

  withData(clusters.command('add <name>'))
    .description("register a cluster (or give it a new token) and print its agent's token, once")
    .action(async (name: string, options: ClustersOptions) => {
      const registry = await open(options)
      try {
        process.stdout.write(`${await registry.add(name)}\n`)
      } finally {
        await registry.close()
      }
    })

  withData(clusters.command('revoke <name>'))
    .description("end a cluster's token; its agent keeps syncing from Git but is no longer heard")
    .action(async (name: string, options: ClustersOptions) => {
      const registry = await open(options)
      try {
        await registry.revoke(name)
        process.stderr.write(`the token of ${name} is void from now on\n`)
      } finally {
        await registry.close()
      }
    })

  withData(clusters.command('list'))
    .description('names, versions and when each agent was last seen')
    .action(async (options: ClustersOptions) => {
      const registry = await open(options)
      try {
        const known = await registry.list()
        if (known.length === 0) {
          process.stderr.write('no cluster is registered yet: plumbline clusters add NAME\n')
          return
        }
        const rows = known.map(it => [it.name, it.kubernetesVersion ?? '-', it.lastSeen ?? 'never'])
        const lines = columns([['NAME', 'KUBERNETES', 'LAST SEEN'], ...rows])
        process.stdout.write(`${lines.join('\n')}\n`)
      } finally {
        await registry.close()
      }
    })
}

import type { Command } from 'commander'

interface ServerOptions {
  readonly host: string
  readonly port: string
  readonly publicUrl?: string
  readonly data: string
}

export function addServerCommand(program: Command): void {
  program
    .command('server')
    .description('receive webhooks, plan pull requests, coordinate the agents')
    .option('--host <address>', 'address to listen on', process.env.HOST ?? '127.0.0.1')
    .option('--port <number>', 'port to listen on; 0 takes a free one', process.env.PORT ?? '3000')
    .option(
      '--public-url <url>',
      'how people and agents reach it (default: the address it listens on)',
      process.env.PLUMBLINE_PUBLIC_URL,
    )
    .option(
      '--data <folder>',
      'where the embedded database, git mirrors and the GitHub App that the setup created are kept',
      process.env.PLUMBLINE_DATA ?? './plumbline-data',
    )
    .addHelpText('after', environmentHelp)
    .action(async (options: ServerOptions) => {
      const { serve } = await import('../../compose/serve.ts')
      await serve({
        host: options.host,
        port: Number(options.port),
        publicUrl: options.publicUrl ?? null,
        dataFolder: options.data,
        databaseUrl: process.env.DATABASE_URL ?? null,
        env: process.env,
      })
    })
}

const environmentHelp = `
Environment:
  DATABASE_URL              PostgreSQL; without it an embedded database in the data folder is used, for one server only
  APP_ID, PRIVATE_KEY (or PRIVATE_KEY_PATH), WEBHOOK_SECRET
                            the GitHub App; without them the one in the data folder is used, and where there is none
                            the server logs a link to a page that creates it
  GITHUB_CLIENT_ID, GITHUB_CLIENT_SECRET
                            of the same App: plans are then shown only to people whom GitHub lets read the repository
  GHE_HOST, GHE_PROTOCOL    a GitHub Enterprise Server in place of github.com
  LOG_LEVEL                 trace, debug, info (default), warn, error
`

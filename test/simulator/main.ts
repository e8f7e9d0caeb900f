/**
 * Runs the GitHub simulator by itself, with a person, a repository and the app installed on it.
 *
 *     node test/simulator/main.ts [--port 4567] [--webhook-url http://127.0.0.1:3000/api/github/webhooks]
 *         [--callback-url http://127.0.0.1:3000/sign-in/callback]
 *
 * Prints one JSON object: where it is, and what a server needs to be this app. Ends with Ctrl-C.
 */
import { once } from 'node:events'
import { parseArgs } from 'node:util'
import { startGitHubSimulator } from './start-github-simulator.ts'

const { values } = parseArgs({
  options: {
    port: { type: 'string' },
    'webhook-url': { type: 'string' },
    'callback-url': { type: 'string' },
  },
})
const webhookUrl = values['webhook-url']
const simulator = await startGitHubSimulator({
  ...(values.port === undefined ? {} : { port: Number(values.port) }),
  ...(webhookUrl === undefined ? {} : { webhookUrl }),
})
if (values['callback-url'] !== undefined) simulator.setCallbackUrls([values['callback-url']])
const ada = simulator.createUser('ada', { name: 'Ada Lovelace' })
const repository = await simulator.createRepository({ owner: ada, name: 'guestbook' })
const installation = simulator.installApp({ owner: ada, repositories: [repository] })
const { app } = simulator
process.stdout.write(
  `${JSON.stringify(
    {
      url: simulator.url,
      apiUrl: simulator.apiUrl,
      repository: `${simulator.url}/ada/guestbook`,
      installation: installation.id,
      userToken: simulator.tokenFor(ada),
      environment: {
        GHE_PROTOCOL: 'http',
        GHE_HOST: new URL(simulator.url).host,
        APP_ID: String(app.id),
        PRIVATE_KEY: app.privateKey,
        WEBHOOK_SECRET: app.webhookSecret,
        GITHUB_CLIENT_ID: app.clientId,
        GITHUB_CLIENT_SECRET: app.clientSecret,
      },
    },
    null,
    2,
  )}\n`,
)
await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')])
await simulator.stop()

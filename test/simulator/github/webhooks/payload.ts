import { readFile } from 'node:fs/promises'
import { repositoryShape } from '../shapes/repository.ts'
import { userShape } from '../shapes/user.ts'
import { installationOf, nodeId, type World } from '../world.ts'
import type { ForgeEvent } from './event.ts'

type Payload = Readonly<Record<string, unknown>>

interface Example {
  readonly name: string
  readonly examples: readonly Payload[]
}

const file = new URL(import.meta.resolve('@octokit/webhooks-examples'))
const published = JSON.parse(await readFile(file, 'utf8')) as readonly Example[]

/** A published example of this event, of the same action when there is one. */
function exampleOf(name: string, action: string | undefined): Payload {
  const examples = published.find(event => event.name === name)?.examples ?? []
  const found = examples.find(example => example['action'] === action) ?? examples[0]
  if (!found)
    throw new Error(`@octokit/webhooks-examples has no ${name}: is the event named as GitHub names it?`)
  return found
}

/**
 * The payload of an event: a published example whose every part is replaced by what is true here. Parts that this
 * simulator has no state for (an organization, an enterprise) are left out, since the example's would be untrue.
 */
export function payloadOf(world: World, event: ForgeEvent): Payload {
  const example = exampleOf(event.name, event.action)
  const installation = event.installation ?? (event.repository && installationOf(world, event.repository))
  const truths: Record<string, unknown> = {
    ...(event.action === undefined ? {} : { action: event.action }),
    ...(event.repository ? { repository: repositoryShape(world, event.repository) } : {}),
    ...(installation
      ? { installation: { id: installation.id, node_id: nodeId('MDI', installation.id) } }
      : {}),
    sender: userShape(world, event.sender),
    ...event.payload,
  }
  const order = [...Object.keys(example).filter(key => key in truths), ...Object.keys(truths)]
  return Object.fromEntries(order.map(key => [key, truths[key]]))
}

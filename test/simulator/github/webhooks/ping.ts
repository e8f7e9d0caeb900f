import type { World } from '../world.ts'
import type { ForgeEvent } from './event.ts'

/** By which GitHub tries out a webhook that was just set. */
export function pingOf(world: World, url: string | undefined): ForgeEvent {
  const { app } = world
  const hook = {
    type: 'App',
    id: app.id,
    name: 'web',
    active: true,
    events: [...app.events],
    config: {
      content_type: 'json',
      insecure_ssl: '0',
      secret: '********',
      ...(url === undefined ? {} : { url }),
    },
    created_at: app.createdAt,
    updated_at: app.createdAt,
    app_id: app.id,
    deliveries_url: `${world.url}/api/v3/app/hook/deliveries`,
  }
  return {
    name: 'ping',
    sender: app.owner,
    payload: { zen: 'Keep it logically awesome.', hook_id: app.id, hook },
  }
}

import { z } from 'zod'

/** What a person does to a live object; each edit touches another field, since healing one field again and again slows down. */
export interface HandEdit {
  /** Of the object in the API. */
  readonly path: string
  readonly patch: Readonly<Record<string, unknown>>
  /** The field's value, to tell when it is back. */
  read(object: unknown): unknown
  /** Puts it back by hand. */
  undo(before: unknown): Readonly<Record<string, unknown>>
}

const deployment = z.object({
  spec: z.object({
    replicas: z.number(),
    template: z.object({ spec: z.object({ containers: z.tuple([z.object({ image: z.string() })]) }) }),
  }),
})
const settings = z.object({ data: z.record(z.string(), z.string()) })
const service = z.object({ spec: z.object({ ports: z.tuple([z.object({ targetPort: z.string() })]) }) })

const namespace = 'namespaces/guestbook'

function replicas(name: string): HandEdit {
  const patch = (count: unknown) => ({ spec: { replicas: count } })
  return {
    path: `/apis/apps/v1/${namespace}/deployments/${name}`,
    patch: patch(4),
    read: object => deployment.parse(object).spec.replicas,
    undo: patch,
  }
}

function image(name: string, container: string): HandEdit {
  const patch = (value: unknown) => ({
    spec: { template: { spec: { containers: [{ name: container, image: value }] } } },
  })
  return {
    path: `/apis/apps/v1/${namespace}/deployments/${name}`,
    patch: patch('registry.example.com/by-hand:1'),
    read: object => deployment.parse(object).spec.template.spec.containers[0].image,
    undo: patch,
  }
}

function setting(key: string): HandEdit {
  const patch = (value: unknown) => ({ data: { [key]: value } })
  return {
    path: `/api/v1/${namespace}/configmaps/guestbook-settings`,
    patch: patch('by hand'),
    read: object => settings.parse(object).data[key],
    undo: patch,
  }
}

function targetPort(name: string, port: number): HandEdit {
  const patch = (value: unknown) => ({ spec: { ports: [{ port, targetPort: value }] } })
  return {
    path: `/api/v1/${namespace}/services/${name}`,
    patch: patch('by-hand'),
    read: object => service.parse(object).spec.ports[0].targetPort,
    undo: patch,
  }
}

/** Of the guestbook. */
export const handEdits: readonly HandEdit[] = [
  replicas('frontend'),
  replicas('redis-leader'),
  replicas('redis-follower'),
  setting('TITLE'),
  setting('GET_HOSTS_FROM'),
  targetPort('frontend', 80),
  targetPort('redis-leader', 6379),
  targetPort('redis-follower', 6379),
  image('frontend', 'web'),
  image('redis-leader', 'redis'),
]

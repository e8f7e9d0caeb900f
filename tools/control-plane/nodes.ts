import { z } from 'zod'
import { callApi } from './api.ts'
import type { ClusterAccess } from './cluster-folder.ts'
import { ToolError } from '../machine/errors.ts'

/** Creates the nodes `node-0` to `node-(count-1)` that do not exist yet. Nodes are never removed. */
export async function ensureNodes(access: ClusterAccess, count: number): Promise<void> {
  for (let index = 0; index < count; index++) {
    const answer = await callApi(access, {
      method: 'POST',
      path: '/api/v1/nodes',
      body: node(`node-${index}`),
    })
    const alreadyThere = answer.status === 409
    if (answer.status !== 201 && !alreadyThere) {
      throw new ToolError(`could not create node-${index}: ${answer.status} ${answer.body}`)
    }
  }
}

function node(name: string): object {
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name,
      labels: {
        'kubernetes.io/hostname': name,
        'kubernetes.io/os': 'linux',
        'kubernetes.io/arch': 'amd64',
        'node-role.kubernetes.io/worker': '',
      },
    },
  }
}

const nodeList = z.object({
  items: z.array(
    z.object({
      status: z.object({
        conditions: z.array(z.object({ type: z.string(), status: z.string() })).optional(),
      }),
      spec: z.object({ taints: z.array(z.object({ key: z.string() })).optional() }),
    }),
  ),
})

/** How many nodes take pods: ready, and no longer tainted as not ready. */
export async function countUsableNodes(access: ClusterAccess): Promise<number> {
  const answer = await callApi(access, { path: '/api/v1/nodes' })
  if (answer.status !== 200) return 0
  return nodeList
    .parse(JSON.parse(answer.body))
    .items.filter(({ status }) =>
      status.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True'),
    )
    .filter(({ spec }) => !spec.taints?.some(({ key }) => key === 'node.kubernetes.io/not-ready')).length
}

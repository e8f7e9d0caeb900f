import { execFile } from 'node:child_process'
import { join } from 'node:path'
import type { Resource } from '../../src/agent/cluster/cluster.ts'
import { objectPath } from '../../src/agent/cluster/paths.ts'
import { isJsonObject } from '../../src/engine/json.ts'
import { formatPointer } from '../../src/engine/pointer.ts'
import { applicationLabel } from '../../src/model/fields.ts'
import type { KubernetesObject } from '../../src/model/object.ts'
import { ensureBinaries } from '../../tools/control-plane/binaries.ts'
import type { Answer, Api, Call } from './api.ts'
import { type At, indexOfItem, valueAt, withoutValueAt, withValueAt } from './at.ts'
import type { Field } from './kinds/kind.ts'
import type { HandEdit } from './sequence.ts'
import { written } from './written.ts'

/** Where hands find an object. */
export interface Target {
  readonly resource: Resource
  readonly namespace: string
  /** As Git writes it. */
  readonly object: KubernetesObject
}

export interface Edit {
  readonly target: Target
  readonly how: HandEdit
  readonly field: Field
  /** Undefined for nothing. */
  readonly value: unknown
  /** The whole object as Git would write it with the value; null when there is none. */
  readonly wanted: KubernetesObject | null
}

/** What people and other tools do to a cluster behind Git's back. What the API server refuses has not happened. */
export interface Hands {
  /** `false`: the API server did not take it. */
  edit(edit: Edit): Promise<boolean>
  create(target: Target, object: KubernetesObject): Promise<boolean>
  serverSideApply(target: Target, object: KubernetesObject, manager: string): Promise<boolean>
  /** With last-applied, by kubectl itself. */
  kubectlApply(namespace: string, objects: readonly KubernetesObject[]): Promise<boolean>
}

const epoch = '2026-01-01T00:00:00Z'

export function createHands(api: Api, kubeconfig: string): Hands {
  const pathOf = ({ resource, namespace, object }: Target, manager: string, subresource?: string) =>
    objectPath(
      resource,
      { namespace, name: object.metadata.name },
      { subresource, query: { fieldManager: manager } },
    )
  const taken = async (call: Call) => isTaken(await api.call(call))

  function patch(
    target: Target,
    type: string,
    body: unknown,
    how: { manager: string; subresource?: string },
  ) {
    const path = pathOf(target, how.manager, how.subresource)
    return taken({ method: 'PATCH', path, body, type: `application/${type}` })
  }

  async function live(target: Target): Promise<KubernetesObject | null> {
    const answer = await api.call({ method: 'GET', path: pathOf(target, '') })
    return isTaken(answer) ? answer.body : null
  }

  const hands: Hands = {
    async create({ resource, namespace, object }, body) {
      const item = objectPath(resource, { namespace, name: object.metadata.name })
      const path = `${item.slice(0, item.lastIndexOf('/'))}?fieldManager=kubectl-create`
      return taken({ method: 'POST', path, body })
    },

    serverSideApply(target, body, manager) {
      const path = `${pathOf(target, manager)}&force=true`
      return taken({ method: 'PATCH', path, body, type: 'application/apply-patch+yaml' })
    },

    async kubectlApply(namespace, items) {
      if (items.length === 0) return true
      const binary = join(await ensureBinaries(), 'kubectl')
      const args = [`--kubeconfig=${kubeconfig}`, `--namespace=${namespace}`, 'apply', '-f', '-']
      return new Promise(resolve => {
        const child = execFile(binary, args, error => resolve(error === null))
        child.stdin?.end(JSON.stringify({ apiVersion: 'v1', kind: 'List', items }))
      })
    },

    async edit({ target, how: edit, field, value, wanted }) {
      const { at, how = 'set' } = field
      const isFixed = at[0] === 'apiVersion' || at[0] === 'status' || value === undefined
      switch (edit) {
        case 'delete':
          return taken({
            method: 'DELETE',
            path: pathOf(target, ''),
            body: { propagationPolicy: 'Background' },
          })
        case 'scale':
          return patch(
            target,
            'merge-patch+json',
            { spec: { replicas: 4 } },
            { manager: 'kubectl-scale', subresource: 'scale' },
          )
        case 'forget owners': {
          const body = [{ op: 'replace', path: '/metadata/managedFields', value: [{}] }]
          return patch(target, 'json-patch+json', body, { manager: 'a-tool' })
        }
        case 'strip label':
          return patch(target, 'merge-patch+json', labels(null), { manager: 'kubectl-label' })
        case 'label for another':
          return patch(target, 'merge-patch+json', labels('billing'), { manager: 'kubectl-label' })
        case 'write status': {
          // Without a generation that it has seen: for a controller that lags behind, a sync waits.
          const seen = {
            type: 'Seen',
            status: 'True',
            reason: 'Seen',
            message: '',
            lastTransitionTime: epoch,
          }
          const body = { status: { conditions: [seen], note: 'seen' } }
          return patch(target, 'merge-patch+json', body, { manager: 'a-controller', subresource: 'status' })
        }
        case 'kubectl apply':
          return wanted !== null && hands.kubectlApply(target.namespace, [placed(target, wanted)])
        case 'server-side apply': {
          if (isFixed || how === 'append' || how === 'reverse') return false
          const { apiVersion, kind, metadata } = target.object
          const bare = { apiVersion, kind, metadata: { name: metadata.name } }
          return hands.serverSideApply(
            target,
            withValueAt(bare, at, value) as KubernetesObject,
            'another-tool',
          )
        }
        case 'strategic patch': {
          if (isFixed || how === 'append' || how === 'reverse') return false
          const body = withValueAt({}, at, value)
          return patch(target, 'strategic-merge-patch+json', body, { manager: 'kubectl-patch' })
        }
        case 'merge patch':
        case 'json patch':
        case 'remove':
        case 'replace': {
          const before = isFixed ? null : await live(target)
          if (!before) return false
          const after = edit === 'remove' ? withoutValueAt(before, at) : written(before, field, value)
          if (edit === 'replace')
            return taken({ method: 'PUT', path: pathOf(target, 'kubectl-replace'), body: after })
          if (edit === 'merge patch') {
            return patch(target, 'merge-patch+json', mergePatch(after, at), { manager: 'kubectl-edit' })
          }
          const body = jsonPatch(before, after, at)
          return body.length > 0 && patch(target, 'json-patch+json', body, { manager: 'kubectl-patch' })
        }
      }
    },
  }
  return hands
}

function isTaken({ status }: Answer): boolean {
  return status >= 200 && status < 300
}

function labels(value: string | null): object {
  return { metadata: { labels: { [applicationLabel]: value } } }
}

function placed({ namespace, resource }: Target, object: KubernetesObject): KubernetesObject {
  return resource.namespaced ? { ...object, metadata: { ...object.metadata, namespace } } : object
}

/** A merge patch knows no items: a list on the way is sent as a whole. */
function mergePatch(after: unknown, at: At): unknown {
  const item = at.findIndex(step => typeof step !== 'string')
  const whole = item < 0 ? at : at.slice(0, item)
  return withValueAt({}, whole, valueAt(after, whole) ?? null)
}

/** One operation at the innermost place that is there already. */
function jsonPatch(before: unknown, after: unknown, at: At): readonly object[] {
  const tokens: string[] = []
  let old = before
  let now = after
  for (const [index, step] of at.entries()) {
    const isLast = index === at.length - 1
    if (typeof step === 'string') {
      if (!isJsonObject(old)) return []
      tokens.push(step)
      const [was, is] = [old[step], isJsonObject(now) ? now[step] : undefined]
      if (is === undefined) return was === undefined ? [] : [{ op: 'remove', path: formatPointer(tokens) }]
      if (was === undefined || isLast) return [{ op: 'add', path: formatPointer(tokens), value: is }]
      ;[old, now] = [was, is]
    } else {
      if (!Array.isArray(old) || !Array.isArray(now)) return []
      const [was, is] = [indexOfItem(old, step), indexOfItem(now, step)]
      if (is < 0) return was < 0 ? [] : [{ op: 'remove', path: formatPointer([...tokens, String(was)]) }]
      if (was < 0) return [{ op: 'add', path: formatPointer([...tokens, '-']), value: now[is] as unknown }]
      tokens.push(String(was))
      if (isLast) return [{ op: 'replace', path: formatPointer(tokens), value: now[is] as unknown }]
      ;[old, now] = [old[was] as unknown, now[is] as unknown]
    }
  }
  return []
}

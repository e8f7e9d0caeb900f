import { execFile } from 'node:child_process'
import { ensureBinaries } from '../../../tools/control-plane/binaries.ts'
import type { KubernetesObject } from '../../../src/model/object.ts'
import type { ControlPlane } from '../../control-plane.ts'
import type { Hand } from './rows/row.ts'

/** A hand with a kubectl, on one object. */
export function handOn(
  plane: ControlPlane,
  namespace: string,
  { apiVersion, kind, metadata }: KubernetesObject,
): Hand {
  const { name } = metadata
  const group = apiVersion.includes('/') ? `.${apiVersion.slice(0, apiVersion.indexOf('/'))}` : ''
  const target = `${kind.toLowerCase()}${group}/${name}`

  const hand: Hand = {
    namespace,
    target,
    async kubectl(args, { input, editor } = {}) {
      const binary = `${await ensureBinaries()}/kubectl`
      const all = [`--kubeconfig=${plane.kubeconfig}`, `--namespace=${namespace}`, ...args]
      const env = editor === undefined ? process.env : { ...process.env, KUBE_EDITOR: editor }
      return new Promise((resolve, reject) => {
        const child = execFile(binary, all, { env, timeout: 60_000 }, (error, stdout) =>
          error ? reject(error) : resolve(stdout),
        )
        child.stdin?.end(input === undefined ? '' : JSON.stringify(input))
      })
    },
    patch(body, { type, as = 'kubectl-patch' } = {}) {
      const how = type ?? 'strategic'
      return hand.kubectl([
        'patch',
        target,
        `--type=${how}`,
        `--field-manager=${as}`,
        '-p',
        JSON.stringify(body),
      ])
    },
    apply(fields, { as = 'another-tool', force = false } = {}) {
      const args = [
        'apply',
        '--server-side',
        `--field-manager=${as}`,
        `--force-conflicts=${force}`,
        '-f',
        '-',
      ]
      return hand.kubectl(args, { input: { apiVersion, kind, metadata: { name }, ...fields } })
    },
    async read(other = target) {
      return JSON.parse(
        await hand.kubectl(['get', other, '-o', 'json', '--show-managed-fields']),
      ) as KubernetesObject
    },
    async until(holds) {
      const deadline = Date.now() + 60_000
      while (!(await holds())) {
        if (Date.now() > deadline) throw new Error(`waited a minute in vain for ${target}`)
        await new Promise(resolve => setTimeout(resolve, 100))
      }
    },
  }
  return hand
}

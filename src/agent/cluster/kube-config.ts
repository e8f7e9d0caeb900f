import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'
import { KubeConfig } from '@kubernetes/client-node'
import { InvalidInputError } from '../../model/problem.ts'

export interface KubeConfigOptions {
  /** Path of a kubeconfig file. */
  readonly kubeconfig?: string | undefined
  /** Name of one of its contexts; its current one when missing. */
  readonly context?: string | undefined
  /** Default: the process's. */
  readonly env?: NodeJS.ProcessEnv
}

const serviceAccountToken = '/var/run/secrets/kubernetes.io/serviceaccount/token'

/**
 * Finds out which API server to talk to and as whom: the file named, else the files of KUBECONFIG, else the service
 * account of the pod that this runs in, else `~/.kube/config`. Throws InvalidInputError that says what was looked for.
 */
export function loadKubeConfig(options: KubeConfigOptions = {}): KubeConfig {
  const env = options.env ?? process.env
  const config = new KubeConfig()
  const files = filesOf(options, env)
  if (files.length > 0) loadFiles(config, files)
  else if (env['KUBERNETES_SERVICE_HOST'] && existsSync(serviceAccountToken)) config.loadFromCluster()
  else throw invalid('no cluster to talk to', 'Give --kubeconfig FILE or set KUBECONFIG.')
  if (options.context !== undefined) chooseContext(config, options.context)
  if (!config.getCurrentCluster()?.server) {
    throw invalid(
      `the kubeconfig ${files.join(', ')} names no current cluster`,
      `Choose a context: ${config.contexts.map(it => it.name).join(', ') || 'it has none'}.`,
    )
  }
  return config
}

function filesOf(options: KubeConfigOptions, env: NodeJS.ProcessEnv): readonly string[] {
  if (options.kubeconfig !== undefined) return [options.kubeconfig]
  const named = (env['KUBECONFIG'] ?? '').split(delimiter).filter(Boolean)
  if (named.length > 0) return named
  const own = join(env['HOME'] || homedir(), '.kube', 'config')
  const inPod = env['KUBERNETES_SERVICE_HOST'] && existsSync(serviceAccountToken)
  return !inPod && existsSync(own) ? [own] : []
}

function loadFiles(config: KubeConfig, files: readonly string[]): void {
  for (const [index, file] of files.entries()) {
    const one = index === 0 ? config : new KubeConfig()
    try {
      one.loadFromFile(file)
      if (one !== config) config.mergeConfig(one, true)
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause)
      throw invalid(`could not read the kubeconfig ${file}: ${why}`, null, cause)
    }
  }
}

function chooseContext(config: KubeConfig, context: string): void {
  if (config.getContextObject(context) === null) {
    const known = config.contexts.map(it => it.name).join(', ')
    throw invalid(`the kubeconfig has no context "${context}"`, `It has: ${known || 'none'}.`)
  }
  config.setCurrentContext(context)
}

function invalid(message: string, hint: string | null, cause?: unknown): InvalidInputError {
  return new InvalidInputError([{ code: 'kubeconfig', message, location: null, hint }], { cause })
}

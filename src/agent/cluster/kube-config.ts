import { KubeConfig } from '@kubernetes/client-node/dist/config.js'
import { InvalidInputError } from '../../model/problem.ts'
import { didYouMean } from '../../repository/closest.ts'
import {
  isInPod,
  type KubeConfigOptions,
  kubeConfigFiles,
  noKubeConfig,
  ownKubeConfig,
} from './kube-config-files.ts'

/** As `openClusterAccess` says, read by @kubernetes/client-node. Throws InvalidInputError. */
export function loadKubeConfig(options: KubeConfigOptions = {}): KubeConfig {
  const env = options.env ?? process.env
  const config = new KubeConfig()
  const files = kubeConfigFiles(options, env)
  if (files.length > 0) loadFiles(config, files)
  else if (isInPod(env)) config.loadFromCluster()
  else throw missing(env)
  if (options.context !== undefined) chooseContext(config, options.context)
  if (!config.getCurrentCluster()?.server) {
    const known = config.contexts.map(it => it.name).join(', ')
    throw invalid(
      `the kubeconfig ${files.join(', ')} names no current cluster`,
      known === '' ? 'it has no contexts' : `choose a context with --context: ${known}`,
    )
  }
  return config
}

function loadFiles(config: KubeConfig, files: readonly string[]): void {
  for (const [index, file] of files.entries()) {
    const one = index === 0 ? config : new KubeConfig()
    try {
      one.loadFromFile(file)
      if (one !== config) config.mergeConfig(one, true)
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause)
      const isMissing = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT'
      if (isMissing)
        throw invalid(`there is no kubeconfig ${file}`, 'look at --kubeconfig and KUBECONFIG', cause)
      throw invalid(`could not read the kubeconfig ${file}: ${why.split('\n')[0]}`, null, cause)
    }
  }
}

function chooseContext(config: KubeConfig, context: string): void {
  if (config.getContextObject(context) === null) {
    const known = config.contexts.map(it => it.name)
    const hint =
      known.length === 0 ? 'it has none' : (didYouMean(context, known) ?? `it has ${known.join(', ')}`)
    throw invalid(`the kubeconfig has no context "${context}"`, hint)
  }
  config.setCurrentContext(context)
}

function invalid(message: string, hint: string | null, cause?: unknown): InvalidInputError {
  return new InvalidInputError([{ code: 'kubeconfig', message, location: null, hint }], { cause })
}

function missing(env: NodeJS.ProcessEnv): InvalidInputError {
  const message = `no cluster to talk to: KUBECONFIG is not set, and there is no ${ownKubeConfig(env)}`
  const hint = 'give --kubeconfig FILE, or set KUBECONFIG'
  return new InvalidInputError([{ code: noKubeConfig, message, location: null, hint }])
}

import { createRenderer, type RendererOptions } from '../agent/render/create-renderer.ts'
import type { Renderer } from '../agent/render/renderer.ts'
import { rendererBinaries } from './binaries.ts'

/** The renderer as the agent and the command line have it: with the tools that are installed. */
export function rendererFor(
  env: NodeJS.ProcessEnv,
  options: Pick<RendererOptions, 'cacheFolder' | 'concurrency' | 'charts'>,
): Renderer {
  return createRenderer({ ...options, binaries: rendererBinaries(env) })
}

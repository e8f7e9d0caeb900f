import type { Application, ApplicationSource } from '../../model/application.ts'
import type { RenderedObject } from '../../model/rendered.ts'

export interface RenderRequest {
  /** Root of the checkout. Nothing outside of it is read, nothing inside is written. */
  readonly folder: string
  /** Names the content of `folder` (a tree or commit SHA), so that a render can be remembered; null when it may change. */
  readonly contentKey: string | null
  readonly application: Application
  /** Whether a source reads the repository that `folder` is a checkout of. */
  inRepository(source: ApplicationSource): boolean
  /** What charts ask about the cluster. */
  readonly destination: {
    readonly kubernetesVersion: string
    /** `group/version` and `group/version/Kind`. */
    readonly apiVersions: readonly string[]
  }
}

/**
 * Turns sources into objects. A function of the request and of the charts from elsewhere that it names: no cluster, no credentials,
 * and no network but for fetching those. Objects come as they
 * are written: namespaces not defaulted, Secrets not folded; lists are flattened, and no identity comes twice.
 * Rejects with InvalidInputError, which holds every problem found with its place, or with the reason of `signal`.
 */
export interface Renderer {
  render(request: RenderRequest, signal: AbortSignal): Promise<readonly RenderedObject[]>
}

export interface RenderLimits {
  /** Of one run of one tool. */
  readonly timeoutSeconds: number
  readonly maxMemoryBytes: number
  /** Of the manifests of one source. */
  readonly maxOutputBytes: number
  readonly maxObjects: number
  /** Files that a source may bring, and their size together. */
  readonly maxFiles: number
  readonly maxInputBytes: number
}

export const defaultRenderLimits: RenderLimits = {
  timeoutSeconds: 60,
  maxMemoryBytes: 512 * 1024 ** 2,
  maxOutputBytes: 64 * 1024 ** 2,
  maxObjects: 20_000,
  maxFiles: 50_000,
  maxInputBytes: 512 * 1024 ** 2,
}

export function mebibytes(bytes: number): string {
  return `${Math.round(bytes / 1024 ** 2)} MiB`
}

import type { Problem } from '../../../model/problem.ts'

/** A chart that does not lie in the repository, as an Application or the dependencies of a `Chart.yaml` ask for it. */
export interface ChartRequest {
  /**
   * `https://host/path` with an index.yaml, `oci://host/path` (or `host/path`, as Argo CD writes it), or `s3://bucket/prefix`
   * with an index.yaml; `@name` or `alias:name` is the one that the agent's list calls so.
   */
  readonly repository: string
  readonly name: string
  /** A version or a range as helm understands it; empty, or `HEAD`, is the newest release. */
  readonly version: string
}

export interface FetchedChart {
  readonly version: string
  /** SHA-256 of the archive, hexadecimal: what a render is a function of. */
  readonly digest: string
  /** The archive as a file. Read it at once: the cache is bounded. */
  readonly archive: string
}

/**
 * Charts from elsewhere. An archive is fetched once and kept by its digest. What a version stands for is asked again now and
 * then: a range after some minutes, an exact version after an hour, and when its host is gone the last answer counts.
 * Rejects with {@link ChartError}, or with the reason of `signal`.
 */
export interface Charts {
  fetch(request: ChartRequest, signal: AbortSignal): Promise<FetchedChart>
}

export type ChartErrorCode =
  | 'chart-host'
  | 'chart-not-found'
  | 'chart-version'
  | 'chart-credentials'
  | 'chart-digest'
  | 'chart-archive'
  | 'chart-invalid'
  | 'chart-unreachable'

/** A chart cannot be had: what is wrong and what to do next. Holds no credential. */
export class ChartError extends Error {
  override readonly name = 'ChartError'
  readonly code: ChartErrorCode
  readonly hint: string | null
  constructor(code: ChartErrorCode, message: string, hint: string | null, options?: ErrorOptions) {
    super(message, options)
    this.code = code
    this.hint = hint
  }
}

export function problemOf(error: ChartError, location: Problem['location']): Problem {
  return { code: error.code, message: error.message, location, hint: error.hint }
}

/** Bounds of what a stranger's server sends. */
export interface ChartLimits {
  /** Of one request, from the first byte sent to the last one read. */
  readonly requestSeconds: number
  readonly maxIndexBytes: number
  /** Of one archive, packed. */
  readonly maxArchiveBytes: number
  /** Of all archives that are kept. */
  readonly maxKeptBytes: number
}

export const defaultChartLimits: ChartLimits = {
  requestSeconds: 60,
  maxIndexBytes: 64 * 1024 ** 2,
  maxArchiveBytes: 32 * 1024 ** 2,
  maxKeptBytes: 512 * 1024 ** 2,
}

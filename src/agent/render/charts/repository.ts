import type { Access } from './access.ts'

export interface Wanted {
  /** To the repository's URL. */
  readonly access: Access
  readonly name: string
  /** A version or a range; empty is the newest. */
  readonly version: string
}

export interface FoundChart {
  readonly version: string
  /** SHA-256 of the archive, hexadecimal; null when the repository does not say it. */
  readonly digest: string | null
  /** The archive, as it came: its digest is the caller's to check. */
  download(signal: AbortSignal): Promise<Buffer>
}

/** One kind of place that charts come from. Rejects with ChartError, or with the reason of `signal`. */
export interface ChartRepository {
  find(wanted: Wanted, signal: AbortSignal): Promise<FoundChart>
}

/** Reads one file, bounded. Rejects as {@link ChartRepository} does. */
export type FileReader = (
  ask: { readonly access: Access; readonly what: string; readonly maxBytes: number },
  signal: AbortSignal,
) => Promise<Buffer | 'missing'>

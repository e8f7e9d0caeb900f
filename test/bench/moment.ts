import { setTimeout as wait } from 'node:timers/promises'

export interface MomentOptions {
  readonly signal: AbortSignal
  /** Milliseconds between looks: as exact as the answer can be. Default 5. */
  readonly every?: number
  /** Default a minute, in milliseconds. */
  readonly within?: number
}

/** Resolves with the time (of `performance.now`) at which `holds` was first seen to be true. Rejects when it never is. */
export async function momentOf(
  what: string,
  holds: () => boolean | Promise<boolean>,
  { signal, every = 5, within = 60_000 }: MomentOptions,
): Promise<number> {
  const deadline = performance.now() + within
  for (;;) {
    if (await holds()) return performance.now()
    if (performance.now() > deadline) throw new Error(`waited ${within / 1000} s in vain: ${what}`)
    await wait(every, undefined, { signal })
  }
}

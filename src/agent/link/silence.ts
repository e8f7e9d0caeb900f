/**
 * Runs `work` with a signal that aborts when `heard` is not called for `limitMs`, or when `outer` aborts. A peer that vanished
 * without closing its connection is noticed this way.
 */
export async function withSilenceLimit(
  limitMs: number,
  outer: AbortSignal,
  work: (heard: () => void, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const controller = new AbortController()
  const silence = () => controller.abort(new Error(`nothing heard from the server for ${limitMs} ms`))
  let timer = setTimeout(silence, limitMs)
  const heard = () => {
    clearTimeout(timer)
    timer = setTimeout(silence, limitMs)
  }
  try {
    await work(heard, AbortSignal.any([outer, controller.signal]))
  } finally {
    clearTimeout(timer)
  }
}

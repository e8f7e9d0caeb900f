/**
 * Runs `look` until it no longer throws, and resolves with what it returned; after `withinMs` it rejects with the last failure.
 * Looks again after a pause that grows from 50 ms to 500 ms, so that quick things are seen quickly.
 */
export async function eventually<Result>(
  look: () => Result | Promise<Result>,
  withinMs = 30_000,
): Promise<Result> {
  const deadline = performance.now() + withinMs
  for (let pause = 50; ; pause = Math.min(pause * 1.5, 500)) {
    try {
      return await look()
    } catch (failure) {
      if (performance.now() > deadline) throw failure
    }
    await new Promise(resolve => setTimeout(resolve, pause))
  }
}

import type { Story, StoryStep } from '../../test/story/step.ts'
import { line, print, showRunning } from './line.ts'

/** Runs steps in order, one line each with its time; stops at the first that does not hold. Resolves with whether all held. */
export async function playSteps(
  steps: readonly StoryStep[],
  story: Story,
  signal: AbortSignal,
): Promise<boolean> {
  for (const step of steps) {
    if (signal.aborted) return false
    const startedAt = performance.now()
    try {
      showRunning(step.title)
      const remark = await Promise.race([step.run(story), whenAborted(signal)])
      print(line('done', `${step.title}${remark ? ` (${remark})` : ''}`, startedAt))
    } catch (cause) {
      if (signal.aborted) return false
      print(line('failed', step.title, startedAt))
      print(cause instanceof Error ? (cause.stack ?? cause.message) : String(cause))
      return false
    }
  }
  return true
}

function whenAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true })
  })
}

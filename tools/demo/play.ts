import { styleText } from 'node:util'
import type { Story, StoryStep } from '../../test/story/step.ts'

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
      const remark = await Promise.race([step.run(story), whenAborted(signal)])
      console.log(
        `${styleText('green', '✔')} ${step.title}${remark ? ` (${remark})` : ''} ${took(startedAt)}`,
      )
    } catch (cause) {
      if (signal.aborted) return false
      console.log(`${styleText('red', '✖')} ${step.title} ${took(startedAt)}`)
      console.log(cause instanceof Error ? (cause.stack ?? cause.message) : String(cause))
      return false
    }
  }
  return true
}

function took(startedAt: number): string {
  return styleText('dim', `${((performance.now() - startedAt) / 1000).toFixed(1)} s`)
}

function whenAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true })
  })
}

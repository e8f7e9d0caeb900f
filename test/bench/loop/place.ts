import { type Stage, startStage } from '../../stage/stage.ts'
import { deploySteps } from '../../story/deploy.ts'
import type { Story } from '../../story/step.ts'

/** The whole loop with the guestbook on both clusters, healed on dev and reported on prod. */
export interface LoopPlace {
  readonly stage: Stage
  readonly story: Story
  stop(): Promise<void>
}

export async function startLoopPlace(signal: AbortSignal): Promise<LoopPlace> {
  const stage = await startStage({
    clusters: ['dev', 'prod'],
    prefix: 'bench',
    signal,
    // As it is run: debug logging is for the tests.
    env: { LOG_LEVEL: 'info' },
  })
  const story: Story = { stage, pull: null }
  try {
    await deploySteps[0]!.run(story)
  } catch (cause) {
    await stage.stop()
    throw cause
  }
  return { stage, story, stop: () => stage.stop() }
}

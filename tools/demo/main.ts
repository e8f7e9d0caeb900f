import { styleText } from 'node:util'
import { shutdownSignal } from '../../src/compose/shutdown.ts'
import { type Stage, startStage } from '../../test/stage/stage.ts'
import { deploySteps } from '../../test/story/deploy.ts'
import type { Story } from '../../test/story/step.ts'
import { storySteps } from '../../test/story/steps.ts'
import { withProgress } from './progress.ts'
import { tellNextSteps } from './next-steps.ts'
import { playSteps } from './play.ts'

/** `make demo`: the whole loop on this machine, until Ctrl-C. With ONCE=1 it plays the person too, and ends 0 only if all held. */
async function main(): Promise<number> {
  const once = Boolean(process.env.ONCE)
  const interrupted = shutdownSignal(() => new Error('interrupted'))
  let stage: Stage | null = null
  try {
    stage = await withProgress(report =>
      startStage({
        clusters: ['dev', 'prod'],
        prefix: once ? 'demo-once' : 'demo',
        signal: interrupted,
        ...report,
      }),
    )
    const story: Story = { stage, pull: null }
    if (once) return (await playSteps(storySteps, story, interrupted)) ? 0 : 1
    if (!(await playSteps(deploySteps.slice(0, 2), story, interrupted))) return 1
    tellNextSteps(story)
    await aborted(interrupted)
    return 0
  } catch (cause) {
    if (interrupted.aborted) return 130
    console.error(styleText('red', cause instanceof Error ? cause.message : String(cause)))
    return 1
  } finally {
    if (stage) {
      console.log('Taking everything down ...')
      await stage.stop()
    }
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    if (signal.aborted) return resolve()
    // A timer keeps the process alive: the servers it started are processes of their own.
    const alive = setInterval(() => undefined, 60_000)
    signal.addEventListener('abort', () => {
      clearInterval(alive)
      resolve()
    })
  })
}

process.exitCode = await main()

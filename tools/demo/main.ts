import { rm } from 'node:fs/promises'
import { styleText } from 'node:util'
import { shutdownSignal } from '../../src/compose/shutdown.ts'
import { took } from '../../src/model/phrase.ts'
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
  let code = 1
  try {
    stage = await withProgress(report =>
      startStage({
        clusters: ['dev', 'prod'],
        prefix: once ? 'demo-once' : 'demo',
        signal: interrupted,
        ...report,
      }),
    )
    code = await play({ stage, pull: null }, once, interrupted)
  } catch (cause) {
    if (interrupted.aborted) code = 130
    else console.error(styleText('red', cause instanceof Error ? cause.message : String(cause)))
  }
  if (stage) await takeDown(stage, code === 1)
  return code
}

async function play(story: Story, once: boolean, interrupted: AbortSignal): Promise<number> {
  const steps = once ? storySteps : deploySteps.slice(0, 2)
  const startedAt = new Date().toISOString()
  if (!(await playSteps(steps, story, interrupted))) return 1
  if (once) {
    console.log(`\nAll ${steps.length} steps held, in ${took(startedAt, new Date().toISOString())}.`)
    return 0
  }
  tellNextSteps(story)
  await aborted(interrupted)
  return 0
}

/** The logs stay where something went wrong, and are named. */
async function takeDown(stage: Stage, failed: boolean): Promise<void> {
  console.log('\nTaking everything down ...')
  await stage.stop()
  if (failed) console.log(`What the server and the agents said is in ${stage.logFiles.join(' ')}`)
  else await Promise.all(stage.logFiles.map(file => rm(file, { force: true })))
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

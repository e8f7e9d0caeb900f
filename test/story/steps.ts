import { badInputSteps } from './bad-input.ts'
import { deploySteps } from './deploy.ts'
import { driftSteps } from './drift.ts'
import { restartSteps } from './restart.ts'
import { rollbackSteps } from './rollback.ts'
import { secretSteps } from './secret.ts'
import type { StoryStep } from './step.ts'

/** The whole story, in order: each step starts from what the one before left. */
export const storySteps: readonly StoryStep[] = [
  ...deploySteps,
  ...driftSteps,
  ...rollbackSteps,
  ...secretSteps,
  ...restartSteps,
  ...badInputSteps,
]

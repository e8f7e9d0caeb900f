import type { PullRequest } from '../simulator/github/state.ts'
import type { Stage } from '../stage/stage.ts'
import type { Sight } from './sight.ts'

/** What one step leaves for the next. */
export interface Story {
  readonly stage: Stage
  /** The pull request that is being talked about. */
  pull: PullRequest | null
}

/** One thing that a person does or sees. The same steps are told by `make demo ONCE=1` and checked by the end-to-end test. */
export interface StoryStep {
  readonly title: string
  /** Rejects when it does not hold. Resolves with a remark worth printing, or nothing. */
  run(story: Story): Promise<string | void>
  /** The pages that tell a person of it. */
  readonly shows?: (story: Story) => readonly Sight[]
}

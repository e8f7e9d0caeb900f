import Bottleneck from 'bottleneck'
import { ProbotOctokit } from 'probot'

export interface Pace {
  /** Least time between two writes of one installation. */
  readonly writeMilliseconds: number
  /** Least time between two comments or issues that are created, by one installation. */
  readonly contentMilliseconds: number
}

/**
 * Below GitHub's secondary limits: 900 points a minute, of which a write takes five, and 80 requests a minute that create content.
 * Source: "Rate limits for the REST API" in GitHub's documentation.
 */
const gitHubPace: Pace = { writeMilliseconds: 350, contentMilliseconds: 1000 }

/**
 * The Octokit to give to Probot. Probot's own waits out a rate limit in memory, for minutes, and forgets about it in a restart; this
 * one says no at once, so that the job that asked waits in the queue.
 */
export function pacedOctokit(pace: Pace = gitHubPace): typeof ProbotOctokit {
  const group = (minTime: number): Bottleneck.Group => new Bottleneck.Group({ maxConcurrent: 1, minTime })
  const throttle = {
    write: group(pace.writeMilliseconds),
    notifications: group(pace.contentMilliseconds),
    onRateLimit: () => false,
    onSecondaryRateLimit: () => false,
  }
  return ProbotOctokit.defaults((options: { readonly throttle?: object }) => ({
    ...options,
    throttle: { ...options.throttle, ...throttle },
  }))
}

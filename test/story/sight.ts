/** A page as a person finds it after a step of the story. */
export interface Sight {
  readonly url: string
  /** What has to be seen on it: CSS selectors, each of something visible once all of `unfold` is open. */
  readonly holds: readonly string[]
  /** Selectors of summaries to click first. */
  readonly unfold?: readonly string[]
  /** The picture of it that the README shows. */
  readonly picture?: {
    /** File name below docs/images, without its ending. */
    readonly name: string
    /** Selectors of the first and the last thing on it. */
    readonly from: string
    readonly until: string
  }
}

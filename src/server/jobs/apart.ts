import { ForgeError, MissingPermissionError } from '../../forge/forge.ts'

/** Steps of one job that do not need one another: what the forge refuses for good is no reason to leave the others. */
export interface Apart {
  /** Null when it was refused. */
  apart<T>(step: () => Promise<T>): Promise<T | null>
  /** What was refused, to be thrown when all is done; of several a permission, which people are told of. */
  refused(): ForgeError | null
}

export function createApart(): Apart {
  let refused: ForgeError | null = null
  return {
    async apart(step) {
      try {
        return await step()
      } catch (error) {
        if (!(error instanceof ForgeError) || error.retry.kind !== 'never') throw error
        if (error.code === 'out-of-reach') throw error
        if (!(refused instanceof MissingPermissionError)) {
          refused = error instanceof MissingPermissionError ? error : (refused ?? error)
        }
        return null
      }
    },
    refused: () => refused,
  }
}

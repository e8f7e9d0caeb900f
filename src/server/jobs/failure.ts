import { ZodError } from 'zod'
import { ForgeError } from '../../forge/forge.ts'
import { GitError } from '../../git/repository.ts'
import { InvalidInputError } from '../../model/problem.ts'
import { UnknownForgeError } from '../forges.ts'
import type { Failure } from '../queue/queue.ts'

const giveUp: Failure = { kind: 'give-up' }
const retry: Failure = { kind: 'retry', afterSeconds: null }

/** What to do with a job that failed: the forge's own wish first; what cannot pass is not tried again. */
export function failureOf(error: unknown): Failure {
  if (error instanceof ForgeError) {
    if (error.code === 'out-of-reach') return { kind: 'end' }
    return error.retry.kind === 'never' ? giveUp : { kind: 'retry', afterSeconds: error.retry.seconds }
  }
  if (error instanceof GitError) return error.passing ? retry : giveUp
  if (error instanceof InvalidInputError || error instanceof ZodError || error instanceof UnknownForgeError) {
    return giveUp
  }
  return retry
}

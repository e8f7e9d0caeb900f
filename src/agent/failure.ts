import { GitError } from '../git/repository.ts'
import { InvalidInputError, type Problem, type SourceLocation } from '../model/problem.ts'
import { ClusterError } from './cluster/cluster.ts'

/** A fault of ours: what people are told of it says nothing, so that it has to be logged. */
export function isFault(cause: unknown): boolean {
  return !(cause instanceof InvalidInputError || cause instanceof ClusterError || cause instanceof GitError)
}

/**
 * What a person is told when a command cannot be carried out. `where` is used when the failure names no place; `again` is what to
 * comment when it may pass.
 */
export function problemsOf(
  cause: unknown,
  where: SourceLocation | null,
  again = '/plumbline plan',
): readonly Problem[] {
  if (cause instanceof InvalidInputError) {
    return cause.problems.map(problem => ({ ...problem, location: problem.location ?? where }))
  }
  if (cause instanceof ClusterError) {
    return [
      {
        code: `cluster-${cause.code}`,
        message: cause.message,
        location: where,
        hint: hintFor(cause.passing, again),
      },
    ]
  }
  if (cause instanceof GitError) {
    return [
      {
        code: `git-${cause.code}`,
        message: cause.message,
        location: where,
        hint: hintFor(cause.passing, again),
      },
    ]
  }
  // Its text might hold anything, so people get a name for it and the log keeps the rest.
  const name = cause instanceof Error ? cause.name : 'unknown failure'
  return [
    {
      code: 'internal',
      message: `the agent failed unexpectedly (${name})`,
      location: where,
      hint: "the agent's log has the details",
    },
  ]
}

function hintFor(passing: boolean, again: string): string | null {
  return passing ? `this may pass: comment \`${again}\` to try again` : null
}

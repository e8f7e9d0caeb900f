/** Where in a repository something stands. `file` is relative to the repository's root; lines and columns count from 1. */
export interface SourceLocation {
  readonly file: string
  readonly line: number | null
  readonly column?: number | null
}

/** Something a person has to mend: what is wrong, where, and what to do next. Never holds a Secret's content. */
export interface Problem {
  /** Stable, kebab-case, e.g. `yaml-syntax`, `unknown-kind`, `unknown-cluster`, `kustomize-failed`, `refused-by-server`. */
  readonly code: string
  readonly message: string
  readonly location: SourceLocation | null
  /** What to do next, one sentence, or null when the message already says it. */
  readonly hint: string | null
}

/** `file:line:column: message`, as compilers print it. */
export function formatProblem(problem: Problem): string {
  const { location } = problem
  const where = location
    ? `${[location.file, location.line, location.column].filter(part => part != null).join(':')}: `
    : ''
  return `${where}${problem.message}${problem.hint ? ` (${problem.hint})` : ''}`
}

/** Input that people wrote cannot be used. Carries every problem found, not just the first. Never retried. */
export class InvalidInputError extends Error {
  override readonly name = 'InvalidInputError'
  readonly problems: readonly Problem[]
  constructor(problems: readonly Problem[], options?: ErrorOptions) {
    super(problems.map(formatProblem).join('\n'), options)
    this.problems = problems
  }
}

import type { KustomizeOptions } from '../../../model/application.ts'
import type { SourceLocation } from '../../../model/problem.ts'
import type { KustomizeReference } from '../../../repository/kustomization.ts'
import type { AddedReferences } from './walk.ts'

/** What an Application's inline options name besides what the kustomization itself does. `definedIn` is where the Application stands. */
export function addedReferences(
  options: KustomizeOptions,
  definedIn: SourceLocation | null,
): AddedReferences {
  const components = options.components.map(
    (target): KustomizeReference => ({
      target,
      expects: 'folder',
      field: 'components',
      position: start,
    }),
  )
  return { references: components, location: definedIn }
}

const start = { line: 1, column: 1 }

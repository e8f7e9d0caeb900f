import type { Problem, SourceLocation } from '../../../model/problem.ts'
import { isBelow, type RepositoryPath } from '../../../repository/paths.ts'

/** One folder of kustomizations that builds upon another one. */
export interface Edge {
  readonly from: RepositoryPath
  readonly to: RepositoryPath
  /** Where `from` lists `to`. */
  readonly location: SourceLocation | null
}

/**
 * Folders that build upon themselves, over however many others, or upon a folder that holds them: kustomize would build neither.
 * Each circle is said once, at the line that closes it.
 */
export function cycleProblems(start: RepositoryPath, edges: readonly Edge[]): readonly Problem[] {
  const different = new Map(edges.map(it => [`${it.from}\n${it.to}`, it]))
  const leaving = Map.groupBy(different.values(), it => it.from)
  const problems: Problem[] = []
  const done = new Set<RepositoryPath>()
  const chain: { readonly folder: RepositoryPath; next: number }[] = []
  const enter = (folder: RepositoryPath) => chain.push({ folder, next: 0 })
  enter(start)
  for (let top = chain.at(-1); top; top = chain.at(-1)) {
    const edge = leaving.get(top.folder)?.[top.next++]
    if (!edge) {
      done.add(top.folder)
      chain.pop()
      continue
    }
    const closed = chain.findIndex(it => isBelow(it.folder, edge.to))
    if (closed >= 0)
      problems.push(
        cycle(
          edge,
          chain.slice(closed).map(it => it.folder),
        ),
      )
    else if (!done.has(edge.to)) enter(edge.to)
  }
  return problems
}

function cycle(edge: Edge, circle: readonly RepositoryPath[]): Problem {
  const isAround = circle[0] !== edge.to
  return {
    code: 'kustomize-cycle',
    message: isAround
      ? `${edge.from} builds upon ${edge.to}, a folder that holds ${circle[0]}`
      : `these kustomizations build upon each other: ${[...circle, edge.to].join(' -> ')}`,
    location: edge.location,
    hint: isAround
      ? 'a kustomization cannot build upon a folder that holds it'
      : 'move what they share into a folder that neither of them is listed in',
  }
}

import { type Application, applicationKey } from '../../model/application.ts'
import type { Problem, SourceLocation } from '../../model/problem.ts'

export interface KnownWorld {
  /** Names of clusters that agents may speak for. */
  readonly clusters: readonly string[]
  /** Which repository defines each application key today. */
  readonly owners: ReadonlyMap<string, string>
  /** Key of the repository that the application is read from. */
  readonly repository: string
}

/** Why no agent can be asked about an application; empty when one can. */
export function obstaclesOf(application: Application, world: KnownWorld): readonly Problem[] {
  const { cluster } = application.destination
  const problems: Problem[] = []
  if (!world.clusters.includes(cluster)) {
    problems.push({
      code: 'unknown-cluster',
      message: `no cluster "${cluster}" is registered here`,
      location: destinationOf(application),
      hint:
        world.clusters.length === 0
          ? 'register it with `plumbline clusters add` and start its agent'
          : `name one of ${world.clusters.slice(0, 20).join(', ')}, or register it with \`plumbline clusters add\``,
    })
  }
  const owner = world.owners.get(applicationKey(application))
  if (owner !== undefined && owner !== world.repository) {
    problems.push({
      code: 'application-taken',
      message: `an application "${application.name}" on ${cluster} is defined in another repository already`,
      location: application.definedIn,
      hint: 'give this one another name',
    })
  }
  return problems
}

function destinationOf({ definedIn }: Application): SourceLocation | null {
  return definedIn && { file: definedIn.file, line: definedIn.destinationLine ?? definedIn.line }
}

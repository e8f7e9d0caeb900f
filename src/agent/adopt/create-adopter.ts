import type { Adopter } from './adopter.ts'

export interface AdopterDependencies {
  /** As the agent registered it. */
  readonly clusterName: string
}

export function createAdopter({ clusterName }: AdopterDependencies): Adopter {
  return {
    adopt: ({ application, revision }) =>
      Promise.resolve({
        application: application.name,
        cluster: clusterName,
        revision,
        files: [],
        adopted: [],
        left: [],
        error: { code: 'not-supported', message: 'this agent cannot adopt yet' },
      }),
  }
}

import type { Application } from '../../src/model/application.ts'
import { plainSource } from '../../src/model/application-from.ts'

export interface Said extends Partial<Application> {
  readonly cluster?: string
  readonly namespace?: string
  readonly prune?: boolean
  readonly allowEmpty?: boolean
}

/** An application of the directory `deploy` with nothing special; say only what matters. */
export function application(said: Said = {}): Application {
  const { namespace = 'shop', cluster = 'dev', prune = true, allowEmpty = false, ...rest } = said
  return {
    name: 'shop',
    definedIn: { file: 'deploy/application.yaml', line: 1 },
    sources: [plainSource('https://git.example.com/acme/shop.git', 'deploy')],
    destination: { cluster, namespace },
    syncPolicy: {
      automated: { prune, selfHeal: false, allowEmpty },
      syncOptions: [],
      retry: { limit: 5, durationSeconds: 5, maxDurationSeconds: 180, factor: 2 },
      timeoutSeconds: 300,
    },
    ignoreDifferences: [],
    healthCheckExprs: [],
    revisionHistoryLimit: 10,
    manifestGeneratePaths: [],
    ...rest,
  }
}

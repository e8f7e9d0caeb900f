import { BaseSequencer, type TestSpecification } from 'vitest/node'
import { defineConfig } from 'vitest/config'

/** What takes longest begins first: begun last, it would run on alone. */
const slow = [
  'test/e2e/',
  'test/fidelity/',
  'test/agent/sync/proof/',
  'test/agent/sync/',
  'test/agent/drift/',
  'test/tools/control-plane/',
  'test/server/',
  'test/cli/',
]

class SlowFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => {
      const at = slow.findIndex(it => moduleId.includes(`/${it}`))
      return at < 0 ? slow.length : at
    }
    return (await super.sort(files)).toSorted((a, b) => rank(a) - rank(b))
  }
}

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/global-setup.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // A condition is waited for; how long it takes is the machine's business.
    expect: { poll: { timeout: 45_000 } },
    pool: 'forks',
    // Most of what tests do is to wait for a cluster: two cores carry more than two of them.
    maxWorkers: 4,
    sequence: { sequencer: SlowFirst },
  },
})

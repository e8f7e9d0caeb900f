import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/global-setup.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // A condition is waited for; how long it takes is the machine's business.
    expect: { poll: { timeout: 20_000 } },
    pool: 'forks',
    // Most of what tests do is to wait for a cluster: two cores carry more than two of them.
    maxWorkers: 3,
  },
})

import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { runChecks } from './check.ts'

/** What `make test` runs: the static checks, then vitest. Closes with `N passed, N failed`; each static check counts as one. */
async function main(): Promise<void> {
  const checks = await runChecks()
  const tests = await runVitest(process.argv.slice(2))
  const passed = tests.passed + checks.filter(it => it.passed).length
  const failed = tests.failed + checks.filter(it => !it.passed).length
  process.exitCode = failed === 0 && tests.exitCode === 0 ? 0 : 1
  // A run that broke before its tests could be counted must not close with "0 failed".
  const broken = failed === 0 && tests.exitCode !== 0 ? 1 : 0
  console.log(`${passed} passed, ${failed + broken} failed`)
}

interface VitestRun {
  readonly passed: number
  readonly failed: number
  readonly exitCode: number
}

const summary = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  numFailedTestSuites: z.number(),
})

async function runVitest(args: readonly string[]): Promise<VitestRun> {
  const folder = await mkdtemp(join(tmpdir(), 'plumbline-test-'))
  const file = join(folder, 'vitest.json')
  try {
    const exitCode = await inherit([
      'run',
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${file}`,
      ...args,
    ])
    const text = await readFile(file, 'utf8').catch(() => null)
    if (text === null) return { passed: 0, failed: 1, exitCode }
    const { numPassedTests, numFailedTests, numFailedTestSuites } = summary.parse(JSON.parse(text))
    // A file that fails to load counts as one, since none of its tests ran.
    const failed = numFailedTests > 0 ? numFailedTests : exitCode === 0 ? 0 : numFailedTestSuites
    return { passed: numPassedTests, failed, exitCode }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function inherit(args: readonly string[]): Promise<number> {
  const child = spawn(process.execPath, ['node_modules/vitest/vitest.mjs', ...args], { stdio: 'inherit' })
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal))
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', code => resolve(code ?? 1))
  })
}

await main()

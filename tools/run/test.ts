import { runChecks } from './check.ts'
import { type FailedTest, runVitest, type VitestRun } from './vitest.ts'

/** With more files than this failing, something is broken that another try does not mend. */
const tryAgainAtMost = 12

/**
 * What `make test` runs: the static checks, then vitest. What fails beside others has one more try with the machine to itself, and is
 * named whatever comes of that. Closes with `N passed, N failed`; each static check counts as one.
 */
async function main(): Promise<void> {
  const checks = await runChecks()
  const first = await runVitest(process.argv.slice(2))
  const last = await tryAgain(first)
  const passed = sum(last.passed.values()) + checks.filter(it => it.passed).length
  const failed = last.failed.length + checks.filter(it => !it.passed).length
  // A run that broke before its tests could be counted must not close with "0 failed".
  const total = failed === 0 && last.broken ? 1 : failed
  process.exitCode = total === 0 ? 0 : 1
  const passedAlone = first.failed.filter(it => !last.failed.some(that => isSame(it, that)))
  printTests('Failed beside others, passed alone:', passedAlone)
  printTests('Failed:', last.failed)
  console.log(`${passed} passed, ${total} failed`)
}

async function tryAgain(first: VitestRun): Promise<VitestRun> {
  const files = [...new Set(first.failed.map(it => it.file))]
  if (files.length === 0 || files.length > tryAgainAtMost) return first
  console.log(`\n${files.length} ${files.length === 1 ? 'file' : 'files'} once more, one at a time:`)
  const again = await runVitest(['--maxWorkers=1', ...files])
  return { passed: new Map([...first.passed, ...again.passed]), failed: again.failed, broken: again.broken }
}

function isSame(one: FailedTest, other: FailedTest): boolean {
  return one.file === other.file && one.name === other.name
}

function sum(numbers: Iterable<number>): number {
  return [...numbers].reduce((all, it) => all + it, 0)
}

function printTests(title: string, tests: readonly FailedTest[]): void {
  if (tests.length === 0) return
  console.log(title)
  for (const { file, name, reason } of tests) console.log(`  ${file}: ${name.slice(0, 120)}: ${reason}`)
}

await main()

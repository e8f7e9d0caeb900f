import { pathToFileURL } from 'node:url'
import { printStep, runStep, type StepResult } from './step.ts'

const node = process.execPath

/** What the compiler found out last time makes the next time several times as fast; it goes with the packages. */
const remembering = ['--incremental', '--tsBuildInfoFile', 'node_modules/.cache/plumbline/types.tsbuildinfo']

/** Everything that can be said of the sources without running them. */
const checks: readonly { readonly name: string; readonly command: readonly [string, ...string[]] }[] = [
  { name: 'types', command: [node, 'node_modules/typescript/bin/tsc', '-p', '.', ...remembering] },
  { name: 'lint', command: ['oxlint', '--type-aware', 'src', 'test', 'tools'] },
  { name: 'format', command: ['biome', 'format'] },
  { name: 'import rule', command: ['depcruise', 'src', 'tools', 'test'] },
  { name: 'unused code', command: ['knip'] },
  { name: 'protocol lint', command: ['buf', 'lint'] },
]

/** Runs the checks two at a time and prints them in order. */
export async function runChecks(): Promise<readonly StepResult[]> {
  const results: StepResult[] = []
  for (let at = 0; at < checks.length; at += 2) {
    const pair = checks.slice(at, at + 2)
    const ended = await Promise.all(pair.map(it => runStep(it.name, it.command)))
    ended.forEach(printStep)
    results.push(...ended)
  }
  return results
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const results = await runChecks()
  process.exitCode = results.every(it => it.passed) ? 0 : 1
}

import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { z } from 'zod'

export interface FailedTest {
  /** From the root of the checkout. */
  readonly file: string
  /** Whole, groups first; empty when the file could not be loaded. */
  readonly name: string
  /** The first line of what it said. */
  readonly reason: string
}

export interface VitestRun {
  /** How many passed, by file. */
  readonly passed: ReadonlyMap<string, number>
  readonly failed: readonly FailedTest[]
  /** The run itself ended badly: something failed, or it broke before or after its tests. */
  readonly broken: boolean
}

const report = z.object({
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      message: z.string(),
      assertionResults: z.array(
        z.object({
          status: z.string(),
          fullName: z.string(),
          failureMessages: z.array(z.string()).nullish(),
        }),
      ),
    }),
  ),
})

/** Runs vitest in the open and reads what became of every test. */
export async function runVitest(args: readonly string[]): Promise<VitestRun> {
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
    if (text === null) return { passed: new Map(), failed: [], broken: true }
    return { ...outcomeOf(report.parse(JSON.parse(text))), broken: exitCode !== 0 }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function outcomeOf({ testResults }: z.infer<typeof report>): Omit<VitestRun, 'broken'> {
  const passed = new Map<string, number>()
  const failed: FailedTest[] = []
  for (const { name, status, message, assertionResults } of testResults) {
    const file = relative(process.cwd(), name)
    passed.set(file, assertionResults.filter(it => it.status === 'passed').length)
    const ofFile = assertionResults.filter(it => it.status === 'failed')
    for (const { fullName, failureMessages } of ofFile) {
      failed.push({ file, name: fullName, reason: firstLine(failureMessages?.[0]) })
    }
    // A file that fails outside its tests counts as one, since its tests may not have run.
    if (ofFile.length === 0 && status === 'failed')
      failed.push({ file, name: '', reason: firstLine(message) })
  }
  return { passed, failed }
}

function firstLine(text = ''): string {
  return (text.split('\n').find(it => it.trim() !== '') ?? '').trim().slice(0, 200)
}

function inherit(args: readonly string[]): Promise<number> {
  const child = spawn(process.execPath, ['node_modules/vitest/vitest.mjs', ...args], { stdio: 'inherit' })
  const pass = (signal: NodeJS.Signals) => void child.kill(signal)
  process.on('SIGINT', pass).on('SIGTERM', pass)
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', code => {
      process.off('SIGINT', pass).off('SIGTERM', pass)
      resolve(code ?? 1)
    })
  })
}

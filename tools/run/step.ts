import { spawn } from 'node:child_process'

export interface StepResult {
  readonly name: string
  readonly passed: boolean
  readonly seconds: number
  readonly output: string
}

/** Runs one command to its end and keeps what it printed. */
export function runStep(name: string, command: readonly [string, ...string[]]): Promise<StepResult> {
  const startedAt = performance.now()
  const [file, ...args] = command
  const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  const chunks: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk))
  child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk))
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', code => {
      const seconds = (performance.now() - startedAt) / 1000
      resolve({ name, passed: code === 0, seconds, output: Buffer.concat(chunks).toString() })
    })
  })
}

/** One line a step; the output of those that failed below it. */
export function printStep(step: StepResult): void {
  console.log(`${step.passed ? '✓' : '✗'} ${step.name} (${step.seconds.toFixed(1)} s)`)
  if (!step.passed) console.log(step.output.trimEnd().replaceAll(/^/gm, '    '))
}

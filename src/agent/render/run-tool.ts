import { spawn } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { InvalidInputError } from '../../model/problem.ts'
import { mebibytes, type RenderLimits } from './renderer.ts'

export interface ToolRun {
  /** For messages: `kustomize`, `helm`. */
  readonly name: string
  /** Absolute path of the binary. */
  readonly binary: string
  readonly args: readonly string[]
  /** Where it runs and keeps its own files; holds nothing worth reading. */
  readonly scratch: string
  readonly environment?: Readonly<Record<string, string>>
  /** What is rendered, for messages. */
  readonly subject: string
  readonly limits: RenderLimits
  readonly signal: AbortSignal
}

export interface ToolOutput {
  readonly succeeded: boolean
  readonly stdout: string
  readonly stderr: string
}

const memoryLookMilliseconds = 100
const longestErrorBytes = 256 * 1024

/**
 * Runs a renderer on what a stranger wrote: an environment of its own, bounded in time, memory and output, killed at once
 * when a bound is passed. Rejects with InvalidInputError that names the bound.
 */
export async function runTool(run: ToolRun): Promise<ToolOutput> {
  run.signal.throwIfAborted()
  const { limits } = run
  return new Promise((resolve, reject) => {
    const child = spawn('/bin/sh', ['-c', bounded(limits), run.binary, ...run.args], {
      cwd: run.scratch,
      env: { ...environmentOf(run), ...run.environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const chunks: Buffer[] = []
    let bytes = 0
    let errors = ''
    let failure: unknown
    const stop = (reason: unknown) => {
      failure ??= reason
      child.kill('SIGKILL')
    }
    const beyond = (what: string) => stop(beyondLimit(run, what))
    const beyondMemory = () => beyond(`used more than ${mebibytes(limits.maxMemoryBytes)} of memory`)
    const onAbort = () => stop(run.signal.reason)
    run.signal.addEventListener('abort', onAbort, { once: true })
    const beyondTime = () => beyond(`did not finish in ${limits.timeoutSeconds} s`)
    const deadline = setTimeout(beyondTime, limits.timeoutSeconds * 1000)
    const look = async () => {
      const used = await residentBytes(child.pid)
      if (used > limits.maxMemoryBytes) beyondMemory()
    }
    const watch = setInterval(() => void look(), memoryLookMilliseconds)
    child.stdout.on('data', (chunk: Buffer) => {
      bytes += chunk.length
      if (bytes <= limits.maxOutputBytes) chunks.push(chunk)
      else beyond(`wrote more than ${mebibytes(limits.maxOutputBytes)} of manifests`)
    })
    child.stderr.on('data', (chunk: Buffer) => {
      if (errors.length < longestErrorBytes) errors += chunk.toString('utf8')
    })
    const settled = () => {
      clearTimeout(deadline)
      clearInterval(watch)
      run.signal.removeEventListener('abort', onAbort)
    }
    child.once('error', cause => {
      settled()
      reject(new Error('could not run /bin/sh: is it there?', { cause }))
    })
    child.once('close', (code, ended) => {
      settled()
      if (code !== 0 && ranOutOfMemory.test(errors)) beyondMemory()
      if (ended === 'SIGXCPU' || (code !== 0 && ranOutOfTime.test(errors))) beyondTime()
      if (failure !== undefined) return reject(failure)
      if (code === 126 || code === 127) {
        return reject(new Error(`could not run ${run.binary}: is it installed?`, { cause: errors }))
      }
      resolve({
        succeeded: code === 0,
        stdout: Buffer.concat(chunks).toString('utf8'),
        stderr: errors || (code === 0 ? '' : `${run.name} ended without a word`),
      })
    })
  })
}

/**
 * The kernel refuses memory over the bound at once: a look every now and then would find a string of gigabytes only after it
 * had brought down the agent's whole container. Where `ulimit -d` does nothing, the look has to do. The shell becomes the tool.
 */
function bounded({ maxMemoryBytes, maxOutputBytes, timeoutSeconds }: RenderLimits): string {
  const bounds = [
    `-d ${Math.ceil(maxMemoryBytes / 1024)}`,
    // Of all cores together, and also when nobody is left to watch the clock.
    `-t ${Math.ceil(timeoutSeconds * availableParallelism()) + 1}`,
    `-f ${Math.ceil(maxOutputBytes / bytesOfBlock)}`,
    '-c 0',
  ]
  return [...bounds.map(it => `ulimit ${it} 2>/dev/null`), 'exec "$0" "$@"'].join('; ')
}

const bytesOfBlock = 512

/** How Go programs end, and those that it does not ask, when the time that processors may spend on them is over. */
const ranOutOfTime = /^SIGXCPU: /m

/** How Go programs end that get no memory. */
const ranOutOfMemory = /^(fatal error|runtime): .*(out of memory|cannot allocate memory)/m

/** No PATH (so that nothing else is run), no home, and a proxy that nobody answers at, should a tool try the network. */
function environmentOf(run: ToolRun): Record<string, string> {
  const nowhere = 'http://127.0.0.1:9'
  return {
    HOME: run.scratch,
    TMPDIR: run.scratch,
    XDG_CACHE_HOME: join(run.scratch, 'cache'),
    XDG_CONFIG_HOME: join(run.scratch, 'config'),
    XDG_DATA_HOME: join(run.scratch, 'data'),
    // Most runs end before the first collection of garbage that is worth its time; GOMEMLIMIT makes it frequent when it has to be.
    GOGC: '400',
    GOMEMLIMIT: String(Math.floor(run.limits.maxMemoryBytes * 0.9)),
    HTTP_PROXY: nowhere,
    HTTPS_PROXY: nowhere,
  }
}

/** Linux tells. */
async function residentBytes(pid: number | undefined): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) * 1024
}

function beyondLimit(run: ToolRun, what: string): InvalidInputError {
  return new InvalidInputError([
    {
      code: 'render-limit',
      message: `${run.name} ${what} for ${run.subject}`,
      location: null,
      hint: 'split the application, or ask for a higher limit of the agent',
    },
  ])
}

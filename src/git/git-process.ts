import { spawn } from 'node:child_process'
import { gitErrorFrom } from './git-error.ts'
import { GitError } from './repository.ts'

export interface GitRun {
  /** Where git runs; normally the mirror. */
  readonly folder: string
  readonly args: readonly string[]
  /** What the run is for, to complete "could not ...", e.g. `read the files of 3f2a9c1`. */
  readonly attempted: string
  readonly signal: AbortSignal
  /** Added to the bare environment that every run gets. */
  readonly environment?: Readonly<Record<string, string>> | undefined
  readonly input?: string | Uint8Array | undefined
  /** Exit codes that are answers rather than failures. Default: only 0. */
  readonly accepted?: readonly number[]
  /** Default 60. */
  readonly timeoutSeconds?: number
  /** Longest output accepted. Default 256 MiB. */
  readonly maxBytes?: number
  /** Never shown in an error. */
  readonly secrets?: readonly string[]
}

export interface GitOutput {
  readonly code: number
  readonly stdout: Buffer
}

/**
 * Configuration that wins over whatever a mirror's own configuration says: nothing of a repository is executed, nothing
 * asks a person, and answers do not depend on the machine.
 */
const fixedConfiguration = [
  'core.hooksPath=/dev/null',
  'core.fsmonitor=false',
  'core.attributesFile=/dev/null',
  'core.symlinks=true',
  'credential.helper=',
  'gc.auto=0',
  'maintenance.auto=false',
  'fetch.unpackLimit=1',
  'protocol.version=2',
  'http.lowSpeedLimit=1000',
  'http.lowSpeedTime=60',
  'submodule.recurse=false',
].flatMap(setting => ['-c', setting])

/** How git reaches the network from here; nothing else of this process's environment is passed on. */
const passedOn = [
  'PATH',
  'HTTPS_PROXY',
  'HTTP_PROXY',
  'ALL_PROXY',
  'NO_PROXY',
  'https_proxy',
  'http_proxy',
  'all_proxy',
  'no_proxy',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
  'GIT_SSL_CAINFO',
  'GIT_EXEC_PATH',
  'TMPDIR',
]

const defaultTimeoutSeconds = 60
const defaultMaxBytes = 256 * 1024 * 1024
const longestErrorBytes = 64 * 1024
const killAfterMilliseconds = 5_000

/** Runs git once. Rejects with {@link GitError}; when `signal` aborts, with its reason. */
export async function runGit(run: GitRun): Promise<GitOutput> {
  run.signal.throwIfAborted()
  const timeoutSeconds = run.timeoutSeconds ?? defaultTimeoutSeconds
  const maxBytes = run.maxBytes ?? defaultMaxBytes
  const timeout = AbortSignal.timeout(timeoutSeconds * 1000)
  return new Promise((resolve, reject) => {
    const child = spawn('git', [...fixedConfiguration, ...run.args], {
      cwd: run.folder,
      env: { ...baseEnvironment(), ...run.environment },
      stdio: ['pipe', 'pipe', 'pipe'],
    })
    const chunks: Buffer[] = []
    let bytes = 0
    let errors = ''
    let failure: unknown
    const stop = (reason: unknown) => {
      failure ??= reason
      child.kill('SIGTERM')
      setTimeout(() => child.kill('SIGKILL'), killAfterMilliseconds).unref()
    }
    const onAbort = () => stop(run.signal.reason)
    const onTimeout = () =>
      stop(
        new GitError(
          'timeout',
          `could not ${run.attempted}: git did not finish in ${timeoutSeconds} s`,
          true,
        ),
      )
    run.signal.addEventListener('abort', onAbort, { once: true })
    timeout.addEventListener('abort', onTimeout, { once: true })
    child.stdout.on('data', (chunk: Buffer) => {
      bytes += chunk.length
      if (bytes <= maxBytes) chunks.push(chunk)
      else stop(new GitError('invalid', `could not ${run.attempted}: more than ${maxBytes} bytes`, false))
    })
    child.stderr.on('data', (chunk: Buffer) => {
      if (errors.length < longestErrorBytes) errors += chunk.toString('utf8')
    })
    // git may end before it has read all of its input; its exit code tells why.
    child.stdin.on('error', () => undefined)
    child.stdin.end(run.input)
    const settled = () => {
      run.signal.removeEventListener('abort', onAbort)
      timeout.removeEventListener('abort', onTimeout)
    }
    child.once('error', cause => {
      settled()
      reject(missingGit(run.attempted, cause))
    })
    child.once('close', (code, killedBy) => {
      settled()
      if (failure !== undefined) return reject(failure)
      if (code !== null && (run.accepted ?? [0]).includes(code)) {
        return resolve({ code, stdout: Buffer.concat(chunks) })
      }
      reject(gitErrorFrom(run.attempted, errors || `git ended by ${killedBy ?? code}`, run.secrets ?? []))
    })
  })
}

function baseEnvironment(): Record<string, string> {
  const kept = passedOn.flatMap(name => {
    const value = process.env[name]
    return value === undefined ? [] : [[name, value] as const]
  })
  return {
    ...Object.fromEntries(kept),
    LC_ALL: 'C',
    HOME: '/nonexistent',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_ATTR_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    GIT_LITERAL_PATHSPECS: '1',
    GIT_NO_LAZY_FETCH: '1',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_ALLOW_PROTOCOL: 'none',
  }
}

function missingGit(attempted: string, cause: NodeJS.ErrnoException): GitError {
  const reason = cause.code === 'ENOENT' ? 'git is not installed, or its folder is gone' : cause.message
  return new GitError('failed', `could not ${attempted}: ${reason}`, false, { cause })
}

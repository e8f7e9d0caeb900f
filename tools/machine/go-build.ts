import { chmod, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { hasCode, messageOf, ToolError } from './errors.ts'
import { run } from './run.ts'

export interface GoBuild {
  /** Folder with the go.mod. */
  readonly module: string
  /** Import path of the main package, or `.` for the module's own. */
  readonly mainPackage: string
  readonly linkerFlags: string
  /** Go's names of them; this machine's when missing. */
  readonly platform?: { readonly os: string; readonly arch: string }
  /** What is built; exists complete or not at all. */
  readonly target: string
  readonly signal: AbortSignal | undefined
}

/**
 * Compiles one Go program with what its go.mod pins. Takes seconds to minutes. Rejects with {@link ToolError}; its message says
 * when Go is missing or too old.
 */
export async function goBuild(build: GoBuild): Promise<void> {
  const { target, platform, signal } = build
  const unfinished = join(dirname(target), `.build-${basename(target)}-${process.pid}`)
  const flags = ['-trimpath', '-buildvcs=false', '-ldflags', build.linkerFlags]
  try {
    await run('go', ['build', ...flags, '-o', unfinished, build.mainPackage], {
      cwd: build.module,
      env: {
        ...process.env,
        CGO_ENABLED: '0',
        GOFLAGS: '-mod=readonly',
        GOWORK: 'off',
        ...(platform ? { GOOS: platform.os, GOARCH: platform.arch } : {}),
      },
      signal,
    })
    await chmod(unfinished, 0o755)
    await rename(unfinished, target)
  } catch (error) {
    if (signal?.aborted) throw error
    throw explained(error)
  } finally {
    await rm(unfinished, { force: true })
  }
}

function explained(error: unknown): unknown {
  if (error instanceof Error && hasCode(error.cause, 'ENOENT')) {
    return new ToolError('Go is not installed', { cause: error })
  }
  if (/requires go >= /.test(messageOf(error))) {
    return new ToolError(`the installed Go is too old (${messageOf(error).trim()})`, { cause: error })
  }
  return error
}

import { chmod, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { hasCode, messageOf, ToolError } from '../machine/errors.ts'
import { type Binary, type ModuleName, modules, type Platform } from './pins.ts'
import { run } from '../machine/run.ts'

const goModules = join(import.meta.dirname, '..', 'go')

/**
 * Builds one binary from the Go modules pinned in tools/go and puts it at `target`, which exists complete or not at
 * all. Takes seconds to minutes. Rejects with {@link ToolError}; its message says when Go is missing or too old.
 */
export async function buildBinary(
  binary: Binary,
  platform: Platform,
  target: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const module = modules[binary.module]
  const unfinished = join(dirname(target), `.build-${binary.name}-${process.pid}`)
  try {
    await run(
      'go',
      [
        'build',
        '-trimpath',
        '-buildvcs=false',
        '-ldflags',
        linkerFlags(binary),
        '-o',
        unfinished,
        `${module.path}${binary.mainPackage}`,
      ],
      {
        cwd: join(goModules, module.folder),
        env: {
          ...process.env,
          CGO_ENABLED: '0',
          GOFLAGS: '-mod=readonly',
          GOWORK: 'off',
          GOOS: platform.os,
          GOARCH: platform.arch,
        },
        signal,
      },
    )
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

/**
 * No symbol tables, and the version that the official binary would report: without it the API server calls itself
 * v0.0.0, which clients and charts that ask for a minimum version take at its word. etcd and KWOK know theirs.
 */
function linkerFlags({ module }: Binary): string {
  return ['-s', '-w', ...(stamps[module] ?? []).map(stamp => `-X ${stamp}`)].join(' ')
}

const stamps: Readonly<Partial<Record<ModuleName, readonly string[]>>> = {
  kubernetes: ['k8s.io/component-base/version', 'k8s.io/client-go/pkg/version'].flatMap(kubernetesStamps),
  kustomize: [`sigs.k8s.io/kustomize/api/provenance.version=v${modules.kustomize.version}`],
  helm: [`helm.sh/helm/v4/internal/version.version=v${modules.helm.version}`],
}

function kubernetesStamps(folder: string): readonly string[] {
  const { version } = modules.kubernetes
  const [major, minor] = version.split('.')
  return [
    `${folder}.gitVersion=v${version}`,
    `${folder}.gitMajor=${major}`,
    `${folder}.gitMinor=${minor}`,
    `${folder}.gitCommit=unknown`,
    `${folder}.gitTreeState=clean`,
  ]
}

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { ensureBinaries } from '../tools/control-plane/binaries.ts'
import { type Cluster, createCluster } from '../tools/control-plane/cluster.ts'
import { progressLines } from '../tools/control-plane/progress.ts'
import { ToolError } from '../tools/machine/errors.ts'
import { type Postgres, startPostgres } from '../tools/postgres.ts'
import { ensureSystemPackages } from '../tools/system-packages.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /**
     * Answers GET /clusters/NAME with the path of the kubeconfig of this run's cluster NAME, and GET /postgres with the URL of this run's
     * PostgreSQL; both are started first if need be. A NAME that begins with `bare` is an API server without controllers; `bare-audited` writes the log whose path GET /audit-log answers.
     */
    readonly services: string
  }
}

/**
 * One set of services per run. Each is started when the first test file asks for it, by this process rather than by the file's,
 * so that it lives until the run ends, however that ends.
 */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  await prepareMachine()
  const clusters = new Map<string, Promise<Cluster>>()
  let postgres: Promise<Postgres> | null = null
  const audit = await mkdtemp(join(tmpdir(), 'plumbline-audit-'))

  async function answerTo(path: string): Promise<string> {
    if (path === '/audit-log') return join(audit, 'audit.log')
    if (path === '/postgres') return (await (postgres ??= startPostgres())).url
    const asked = path.replace('/clusters/', '')
    const name = `test-${process.pid}-${asked}`
    const controllers = !asked.startsWith('bare')
    const apiServerArgs = asked === 'bare-audited' ? await auditArgs(audit) : []
    const cluster = clusters.get(name) ?? createCluster({ name, nodes: 1, controllers, apiServerArgs })
    clusters.set(name, cluster)
    return (await cluster).kubeconfig
  }

  const server = createServer((request, response) => {
    answerTo(request.url ?? '').then(
      answer => response.end(answer),
      (error: unknown) => {
        response.statusCode = 500
        response.end(String(error))
      },
    )
  })
  await new Promise<void>(resolve => {
    server.listen(0, '127.0.0.1', resolve)
  })
  project.provide('services', `http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  return async () => {
    server.closeAllConnections()
    server.close()
    await Promise.allSettled([
      ...[...clusters.values()].map(async cluster => (await cluster).down()),
      postgres?.then(it => it.stop()),
    ])
    await rm(audit, { recursive: true, force: true })
  }
}

/** Writes are logged without what they wrote, and reads not at all. */
async function auditArgs(folder: string): Promise<readonly string[]> {
  const policy = join(folder, 'policy.json')
  const rules = [
    { level: 'Metadata', verbs: ['create', 'update', 'patch', 'delete', 'deletecollection'] },
    { level: 'None' },
  ]
  await writeFile(policy, JSON.stringify({ apiVersion: 'audit.k8s.io/v1', kind: 'Policy', rules }))
  return [`--audit-policy-file=${policy}`, `--audit-log-path=${join(folder, 'audit.log')}`]
}

/** What takes minutes on a fresh machine is there before a test waits for it. */
async function prepareMachine(): Promise<void> {
  const tell = (line: string) => process.stderr.write(`${line}\n`)
  await ensureBinaries({ onProgress: progressLines(tell) })
  try {
    await ensureSystemPackages(['postgresql', 'chromium'])
  } catch (error) {
    // The tests that need them fail with these words; all others can run.
    if (!(error instanceof ToolError)) throw error
    tell(error.message)
  }
}

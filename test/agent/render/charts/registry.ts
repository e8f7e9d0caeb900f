import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ensureTestProgram } from '../../../../tools/test-programs/ensure.ts'
import { type Certificate, startProgram } from './programs.ts'

export const registryUser = 'robot'
export const registryPassword = 'correct horse'
const passwordFile = `${registryUser}:$2a$04$EH4cR4sv55vB/AzpB/5YbuvQiUm5342oa0YKgsS5CaOXX1quUifwu\n`

export interface Registry {
  /** `127.0.0.1:PORT` */
  readonly host: string
  close(): Promise<void>
}

/** How it knows people: by a password file, by tokens of a service beside it, or not at all. */
export type RegistryAccess =
  | { readonly kind: 'anybody' }
  | { readonly kind: 'password' }
  | { readonly kind: 'token'; readonly realm: string; readonly jwks: object }

/** A real registry (distribution), in memory; over TLS when it has a certificate. */
export async function startRegistry(access: RegistryAccess, tls: Certificate | null): Promise<Registry> {
  const folder = await mkdtemp(join(tmpdir(), 'plumbline-registry-'))
  const config = {
    version: '0.1',
    log: { level: 'error', accesslog: { disabled: true } },
    storage: { inmemory: {} },
    http: { secret: 'not one', ...(tls ? { tls: { certificate: tls.certificate, key: tls.key } } : {}) },
    ...(await authOf(access, folder)),
  }
  const input = `${JSON.stringify(config)}\n---\n`
  const started = await startProgram(await ensureTestProgram('registry'), [], { input })
  return {
    host: started.said,
    async close() {
      await started.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function authOf(access: RegistryAccess, folder: string): Promise<object> {
  switch (access.kind) {
    case 'anybody':
      return {}
    case 'password': {
      const path = join(folder, 'htpasswd')
      await writeFile(path, passwordFile)
      return { auth: { htpasswd: { realm: 'tests', path } } }
    }
    case 'token': {
      const jwks = join(folder, 'jwks.json')
      await writeFile(jwks, JSON.stringify(access.jwks))
      const { realm } = access
      return { auth: { token: { realm, service: 'registry', issuer: 'tests', jwks } } }
    }
  }
}

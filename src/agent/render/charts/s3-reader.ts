import { Agent } from 'node:https'
import { getCACertificates } from 'node:tls'
import type { GetObjectCommandOutput, S3ClientConfig } from '@aws-sdk/client-s3'
import { type Access, authorityOf, readNamed, wantsCredentials } from './access.ts'
import { ChartError } from './charts.ts'
import { tooLarge } from './http-client.ts'
import { answered } from './http-reader.ts'
import { unreachable } from './network-failures.ts'
import type { FileReader } from './repository.ts'

/**
 * Objects of buckets. Who asks: the keys that the list of chart hosts names, else the agent's own identity as AWS's SDK finds it
 * (a service account's role, a node's role, environment), nobody for a bucket called anonymous or that no entry is about.
 */
export function createS3Reader({ requestSeconds }: { readonly requestSeconds: number }): FileReader {
  return async (ask, signal) => {
    const { access, what } = ask
    // Tens of packages that most agents never need.
    const { GetObjectCommand, S3Client } = await import('@aws-sdk/client-s3')
    const client = new S3Client(await configOf(access, requestSeconds))
    const bound = AbortSignal.any([signal, AbortSignal.timeout(requestSeconds * 1000)])
    try {
      const get = new GetObjectCommand({ Bucket: access.url.host, Key: access.url.path })
      const object = await client.send(get, { abortSignal: bound })
      return await bodyOf(object, ask, bound)
    } catch (cause) {
      signal.throwIfAborted()
      if (cause instanceof ChartError) throw cause
      return failed(cause, { access, what, seconds: requestSeconds })
    } finally {
      client.destroy()
    }
  }
}

async function configOf({ entry }: Access, requestSeconds: number): Promise<S3ClientConfig> {
  const ca = await authorityOf(entry)
  const milliseconds = requestSeconds * 1000
  return {
    region: entry?.region ?? process.env.AWS_REGION ?? process.env.AWS_DEFAULT_REGION ?? 'us-east-1',
    followRegionRedirects: true,
    maxAttempts: 3,
    ...(entry?.endpoint === undefined ? {} : { endpoint: entry.endpoint }),
    ...(entry?.pathStyle === undefined ? {} : { forcePathStyle: entry.pathStyle }),
    ...(await identityOf(entry)),
    requestHandler: {
      connectionTimeout: Math.min(10_000, milliseconds),
      requestTimeout: milliseconds,
      throwOnRequestTimeout: true,
      ...(ca === null ? {} : { httpsAgent: new Agent({ ca: [...getCACertificates('default'), ca] }) }),
    },
  }
}

async function identityOf(entry: Access['entry']): Promise<Partial<S3ClientConfig>> {
  if (entry === null || entry.anonymous) {
    return {
      signer: { sign: async request => request },
      credentials: { accessKeyId: 'anonymous', secretAccessKey: 'anonymous' },
    }
  }
  if (entry.accessKeyIdFile === undefined || entry.secretAccessKeyFile === undefined) return {}
  const accessKeyId = await readNamed(entry.accessKeyIdFile)
  return { credentials: { accessKeyId, secretAccessKey: await readNamed(entry.secretAccessKeyFile) } }
}

async function bodyOf(
  { Body, ContentLength }: GetObjectCommandOutput,
  ask: Parameters<FileReader>[0],
  signal: AbortSignal,
): Promise<Buffer> {
  if ((ContentLength ?? 0) > ask.maxBytes) throw tooLarge(ask)
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of (Body ?? []) as AsyncIterable<Buffer>) {
    signal.throwIfAborted()
    bytes += chunk.length
    if (bytes > ask.maxBytes) throw tooLarge(ask)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

interface Failure {
  readonly access: Access
  readonly what: string
  readonly seconds: number
}

/** Messages of the SDK may hold the request with its identity: only names and codes are taken from them. */
function failed(cause: unknown, { access, what, seconds }: Failure): 'missing' {
  const { name, $metadata } = cause as { name?: string; $metadata?: { httpStatusCode?: number } }
  const status = $metadata?.httpStatusCode
  if (name === 'NoSuchKey' || name === 'NotFound') return 'missing'
  if (name === 'NoSuchBucket') {
    throw new ChartError('chart-not-found', `${what}: there is no bucket ${access.url.host}`, null, { cause })
  }
  if (name === 'CredentialsProviderError' || name === 'ProviderError') throw noIdentity(what, cause)
  if (status === 401 || status === 403) throw deniedByBucket(what, access, status)
  if (status === 404) return 'missing'
  if (status !== undefined) throw answered(what, access.url.host, status)
  throw unreachable(what, access.url.host, { cause, seconds })
}

function noIdentity(what: string, cause: unknown): ChartError {
  const hint =
    "give its service account a role, or name accessKeyIdFile and secretAccessKeyFile in the agent's list of chart hosts"
  return new ChartError('chart-credentials', `${what}: the agent has no AWS identity`, hint, { cause })
}

function deniedByBucket(what: string, access: Access, status: number): ChartError {
  const { entry } = access
  if (entry?.accessKeyIdFile) return wantsCredentials(what, access, status)
  const asked = entry !== null && !entry.anonymous
  return new ChartError(
    'chart-credentials',
    asked
      ? `${what}: the bucket ${access.url.host} refuses the agent's identity (${status})`
      : `${what}: the bucket ${access.url.host} wants credentials (${status})`,
    asked
      ? 'grant it s3:GetObject there, and s3:ListBucket so that what is missing is told from what is forbidden'
      : "name the bucket in the agent's list of chart hosts, so that it is asked with the agent's identity",
  )
}

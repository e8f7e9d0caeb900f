import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { freePort } from '../../../../tools/machine/ports.ts'
import { ensureTestProgram } from '../../../../tools/test-programs/ensure.ts'
import { startProgram } from './programs.ts'

export const accessKeyId = 'AKIATESTS'
export const secretAccessKey = 'a secret key for tests'

export interface S3Server {
  readonly endpoint: string
  createBucket(name: string): Promise<void>
  put(bucket: string, key: string, content: string | Buffer): Promise<void>
  close(): Promise<void>
}

/** A real S3 server (Versity's gateway) over a folder. It knows one user. */
export async function startS3Server(): Promise<S3Server> {
  const folder = await mkdtemp(join(tmpdir(), 'plumbline-s3-'))
  const [buckets, metadata] = [join(folder, 'buckets'), join(folder, 'metadata')]
  await mkdir(buckets)
  await mkdir(metadata)
  const address = `127.0.0.1:${await freePort()}`
  const env = { S3_ACCESS_KEY: accessKeyId, S3_SECRET_KEY: secretAccessKey }
  const started = await startProgram(await ensureTestProgram('s3'), [address, buckets, metadata], { env })
  const endpoint = `http://${address}`
  const credentials = { accessKeyId, secretAccessKey }
  const client = new S3Client({ endpoint, region: 'us-east-1', forcePathStyle: true, credentials })
  return {
    endpoint,
    async createBucket(name) {
      await client.send(new CreateBucketCommand({ Bucket: name }))
    },
    async put(bucket, key, content) {
      await client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: content }))
    },
    async close() {
      client.destroy()
      await started.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

import { Client } from 'pg'
import { expect, test } from 'vitest'
import { startPostgres } from '../../tools/postgres.ts'

test('a throwaway PostgreSQL takes statements, and is gone when stopped', async () => {
  const postgres = await startPostgres()
  const client = new Client({ connectionString: postgres.url })
  await client.connect()
  const { rows } = await client.query<{ encoding: string }>('show server_encoding')
  await client.end()
  await postgres.stop()
  await postgres.stop()
  expect(rows).toEqual([{ server_encoding: 'UTF8' }])
  await expect(new Client({ connectionString: postgres.url }).connect()).rejects.toThrow('ECONNREFUSED')
})

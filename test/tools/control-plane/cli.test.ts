import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ensureBinaries } from '../../../tools/control-plane/binaries.ts'
import { run } from '../../../tools/machine/run.ts'

const cli = join(import.meta.dirname, '..', '..', '..', 'tools', 'control-plane', 'cli.ts')
const cluster = (...args: readonly string[]) => run(process.execPath, [cli, ...args])

test('bin prints the folder of the binaries and nothing else', async () => {
  expect(await cluster('bin')).toBe(`${await ensureBinaries()}\n`)
})

test('up prints the path of a kubeconfig, list shows the cluster, down removes it', async () => {
  const name = `cli-test-${process.pid}`
  try {
    const kubeconfig = (await cluster('up', name)).trimEnd()
    expect(await cluster('up', name)).toBe(`${kubeconfig}\n`)
    expect(await cluster('list')).toContain(`${name}\trunning\t${kubeconfig}\n`)
  } finally {
    await cluster('down', name)
  }
  expect(await cluster('list')).not.toContain(name)
})

test.each([
  { args: ['up', 'Not_A_Name'], says: "cannot name a cluster 'Not_A_Name'" },
  { args: ['up', 'dev', '--nodes', 'many'], says: 'use a whole number from 1 on' },
  { args: ['down'], says: 'say which cluster' },
])('$args fails and says why', async ({ args, says }) => {
  await expect(cluster(...args)).rejects.toThrow(says)
})

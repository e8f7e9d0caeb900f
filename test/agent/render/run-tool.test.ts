import { availableParallelism } from 'node:os'
import { expect, test } from 'vitest'
import { defaultRenderLimits } from '../../../src/agent/render/renderer.ts'
import { runTool, type ToolRun } from '../../../src/agent/render/run-tool.ts'

const shell = (script: string, run: Partial<ToolRun> = {}) =>
  runTool({
    name: 'helm',
    binary: '/bin/sh',
    args: ['-c', script],
    scratch: '/',
    subject: 'web',
    limits: { ...defaultRenderLimits, maxMemoryBytes: 100 * 1024 ** 2 },
    signal: new AbortController().signal,
    ...run,
  })

test.runIf(process.platform === 'linux')('the kernel knows the bound on memory', async () => {
  expect(await shell('ulimit -d')).toMatchObject({ stdout: `${100 * 1024}\n`, succeeded: true })
})

test.runIf(process.platform === 'linux')(
  'the kernel knows the bounds on time, files and cores dumped',
  async () => {
    const limits = { ...defaultRenderLimits, timeoutSeconds: 3, maxOutputBytes: 1024 ** 2 }
    const { stdout } = await shell('ulimit -t; ulimit -f; ulimit -c', { limits })
    expect(stdout).toBe(`${3 * availableParallelism() + 1}\n2048\n0\n`)
  },
)

test('a program that ends because its processor time is over is over the bound on time', async () => {
  const dying = shell('kill -XCPU $$')
  await expect(dying).rejects.toThrow(/helm did not finish in 60 s for web/)
})

test('what a tool keeps, it keeps in the folder of its run', async () => {
  const { stdout } = await shell('echo $HOME $TMPDIR $XDG_CACHE_HOME $XDG_CONFIG_HOME $XDG_DATA_HOME', {
    scratch: '/tmp',
  })
  expect(stdout).toBe('/tmp /tmp /tmp/cache /tmp/config /tmp/data\n')
})

test('a Go program that gets no memory is over the bound', async () => {
  const dying = shell('echo "fatal error: runtime: out of memory" >&2; exit 2')
  await expect(dying).rejects.toThrow(/helm used more than 100 MiB of memory for web/)
})

test('a binary that is not there is no fault of what is rendered', async () => {
  await expect(shell('', { binary: '/nowhere/helm' })).rejects.toThrow(
    'could not run /nowhere/helm: is it installed?',
  )
})

test('the environment of the agent is not handed on', async () => {
  const { stdout } = await shell('export -p')
  expect(stdout).not.toContain(process.env.PATH)
})

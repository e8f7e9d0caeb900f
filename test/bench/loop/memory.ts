import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { findProcesses } from '../../../tools/machine/processes.ts'
import type { Scenario } from '../scenario.ts'
import type { LoopPlace } from './place.ts'

/** Milliseconds. */
const rest = 10_000

export const memoryScenario: Scenario<LoopPlace> = {
  name: 'memory',
  title: 'Memory of server and agents',
  about: `Resident memory, as the kernel counts it (\`VmRSS\`, \`VmHWM\`), ${rest / 1000} seconds after the last of the work above; processor time is what each used in
those seconds, in which nothing happened. Nearly all of the server's memory is the database that it has in it (PGlite, which is PostgreSQL in
WebAssembly), and its peak is that of its start. A PostgreSQL given by \`DATABASE_URL\` takes its place, which was not measured.`,
  async measure({ stage }, signal) {
    const processes = await plumblineProcesses(stage.folder)
    const before = await Promise.all(processes.map(it => processorMilliseconds(it.pid)))
    await wait(rest, undefined, { signal })
    const rows = await Promise.all(
      processes.map(async ({ pid, label }, at) => {
        const status = await readFile(`/proc/${pid}/status`, 'utf8')
        const used = (await processorMilliseconds(pid)) - before[at]!
        const idle = `${((100 * used) / rest).toFixed(1)} %`
        return [label, megabytes(status, 'VmRSS'), megabytes(status, 'VmHWM'), idle]
      }),
    )
    return { columns: ['', 'at rest', 'peak', 'processor at rest'], rows }
  },
}

interface Found {
  readonly pid: number
  readonly label: string
}

/** Found by the stage's folder, which each has among its arguments. */
async function plumblineProcesses(folder: string): Promise<readonly Found[]> {
  const programs = [basename(process.execPath)]
  const found = await Promise.all(
    (await findProcesses(folder, programs)).map(async ({ pid }) => {
      const args = (await readFile(`/proc/${pid}/cmdline`, 'utf8')).split('\0')
      if (args.includes('server')) return [{ pid, label: 'server' }]
      const cluster = args[args.indexOf('--cluster') + 1]
      return args.includes('agent') ? [{ pid, label: `agent of ${cluster}` }] : []
    }),
  )
  return found.flat().toSorted((a, b) => b.label.localeCompare(a.label))
}

function megabytes(status: string, field: string): string {
  const kilobytes = Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(status)?.[1])
  return `${Math.round(kilobytes / 1024)} MiB`
}

/** User and system time. Linux counts a process's time in hundredths of a second, whatever the machine. */
async function processorMilliseconds(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) * 10
}

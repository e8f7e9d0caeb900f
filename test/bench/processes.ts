import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { findProcesses } from '../../tools/machine/processes.ts'

export interface PlumblineProcess {
  readonly pid: number
  /** `server`, or `agent of dev`. */
  readonly label: string
}

/** Found by the stage's folder, which each has among its arguments. */
export async function plumblineProcesses(folder: string): Promise<readonly PlumblineProcess[]> {
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

/** Of `VmRSS` now, or `VmHWM`, the most there ever was; in MiB, as the kernel counts them. */
export async function mebibytes(pid: number, field: 'VmRSS' | 'VmHWM'): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  const kilobytes = Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(status)?.[1])
  return Math.round(kilobytes / 1024)
}

/** User and system time. Linux counts a process's time in hundredths of a second, whatever the machine. */
export async function processorMilliseconds(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) * 10
}

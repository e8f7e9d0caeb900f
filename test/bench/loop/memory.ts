import { setTimeout as wait } from 'node:timers/promises'
import { mebibytes, plumblineProcesses, processorMilliseconds } from '../processes.ts'
import type { Scenario } from '../scenario.ts'
import type { LoopPlace } from './place.ts'

const restMs = 10_000

export const memoryScenario: Scenario<LoopPlace> = {
  name: 'memory',
  title: 'Memory of server and agents',
  about: `Resident memory, as the kernel counts it (\`VmRSS\`, \`VmHWM\`), ${restMs / 1000} seconds after the last of the work above; processor time is what each used in
those seconds, in which nothing happened. Nearly all of the server's memory is the database that it has in it (PGlite, which is PostgreSQL in
WebAssembly), and its peak is that of its start. A PostgreSQL given by \`DATABASE_URL\` takes its place, which was not measured.`,
  async measure({ stage }, signal) {
    const processes = await plumblineProcesses(stage.folder)
    const before = await Promise.all(processes.map(it => processorMilliseconds(it.pid)))
    await wait(restMs, undefined, { signal })
    const rows = await Promise.all(
      processes.map(async ({ pid, label }, at) => {
        const used = (await processorMilliseconds(pid)) - before[at]!
        const idle = `${((100 * used) / restMs).toFixed(1)} %`
        const [rest, peak] = [await mebibytes(pid, 'VmRSS'), await mebibytes(pid, 'VmHWM')]
        return [label, `${rest} MiB`, `${peak} MiB`, idle]
      }),
    )
    return { columns: ['', 'at rest', 'peak', 'processor at rest'], rows }
  },
}

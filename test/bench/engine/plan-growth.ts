import { duration, median } from '../figures.ts'
import type { Scenario } from '../scenario.ts'
import { warmOutput } from './plan-thousand.ts'
import type { EnginePlace } from './place.ts'

const sizes = [1_000, 2_500, 5_000, 10_000] as const

export const planGrowthScenario: Scenario<EnginePlace> = {
  name: 'plan-growth',
  title: 'A plan of 10,000 objects',
  about: `The same kinds of objects, more and more of them in one application, one in 20 changed. The warm agent as above: its median plan, the time for each
thousand objects, and the most memory that its process ever held (VmHWM). Time grows no worse than linearly when the third column does not grow.`,
  async measure(place) {
    const rows: string[][] = []
    for (const size of sizes) {
      const name = `growth-${size}`
      const { same, changed } = await place.writeObjects(size, 20)
      await place.run(place.kubectl('create', 'namespace', name))
      await place.run(
        place.plumbline('sync', same, '--application', name, '--namespace', name, '--timeout', '20m'),
      )
      const output = await place.run(
        place.warmAgent({ application: name, checkout: changed, namespace: name, rounds: 5 }),
      )
      const { milliseconds, peakBytes } = warmOutput.parse(JSON.parse(output))
      const time = median(milliseconds.slice(-3))
      rows.push([
        `${size} objects`,
        duration(time),
        duration(time / (size / 1_000)),
        `${Math.round(peakBytes / 2 ** 20)} MiB`,
      ])
    }
    return { columns: ['', 'warm plan', 'for each 1,000', 'memory'], rows }
  },
}

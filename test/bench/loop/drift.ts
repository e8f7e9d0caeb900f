import { setTimeout as wait } from 'node:timers/promises'
import { z } from 'zod'
import { appIssues } from '../../story/seen.ts'
import { type Api, openApi } from '../api.ts'
import { spread, spreadColumns } from '../figures.ts'
import { momentOf } from '../moment.ts'
import type { Scenario } from '../scenario.ts'
import { type HandEdit, handEdits } from './hand-edits.ts'
import type { LoopPlace } from './place.ts'

/** How often the API is asked, in milliseconds: rarely enough to leave the machine to those who are measured. */
const every = 20

export const driftIssueScenario: Scenario<LoopPlace> = {
  name: 'drift-issue',
  title: 'From a hand edit to the issue, and to the cure',
  about: `${handEdits.length} edits of different fields (replicas, images, settings, ports), made straight at the API server. The clock starts when it has taken the
edit. On dev, which heals itself, it stops when the field has its value back. On prod, which reports, it stops when the Application object says
\`Drifted\`, and when the issue on GitHub is open with that edit; the edit is then undone by hand, and the last row ends when the issue is closed.
The first edit opens the issue, the others reopen it with a comment. Comments are spaced by a second, as said above. Looks are ${every} ms apart.`,
  async measure(place, signal) {
    const { clusters } = place.stage
    const dev = await openApi(clusters.dev!)
    const prod = await openApi(clusters.prod!)
    try {
      const healed: number[] = []
      for (const edit of handEdits) healed.push(await untilHealed(dev, edit, signal))
      const told: Told[] = []
      for (const edit of handEdits) told.push(await untilTold(place, prod, edit, signal))
      const rows = [
        ['dev: edit → healed', ...spread(healed)],
        ['prod: edit → condition Drifted in the cluster', ...spread(told.map(it => it.condition))],
        ['prod: edit → new issue on GitHub', ...spread(told.slice(0, 1).map(it => it.issue))],
        ['prod: edit → issue reopened', ...spread(told.slice(1).map(it => it.issue))],
        ['prod: undone → issue closed', ...spread(told.map(it => it.closed))],
      ]
      return { columns: ['', ...spreadColumns], rows }
    } finally {
      dev.close()
      prod.close()
    }
  },
}

async function untilHealed(api: Api, edit: HandEdit, signal: AbortSignal): Promise<number> {
  const before = edit.read(await api.read(edit.path))
  await api.patch(edit.path, edit.patch)
  const edited = performance.now()
  const isBack = async () => edit.read(await api.read(edit.path)) === before
  const healed = await momentOf(`${edit.path} is healed`, isBack, { signal, every })
  await wait(1000, undefined, { signal })
  return healed - edited
}

interface Told {
  readonly condition: number
  readonly issue: number
  readonly closed: number
}

async function untilTold(place: LoopPlace, api: Api, edit: HandEdit, signal: AbortSignal): Promise<Told> {
  const name = edit.path.split('/').at(-1)!
  const openIssue = () =>
    appIssues(place.story, 'drift').find(it => it.state === 'open' && it.title.includes(' on prod '))
  const before = edit.read(await api.read(edit.path))
  await api.patch(edit.path, edit.patch)
  const edited = performance.now()
  const [condition, issue] = await Promise.all([
    momentOf('the application says Drifted', () => saysDrifted(api), { signal, every }),
    momentOf('the issue is open', () => openIssue()?.body?.includes(name) ?? false, { signal }),
  ])
  await api.patch(edit.path, edit.undo(before))
  const undone = performance.now()
  const closed = await momentOf('the issue is closed', () => !openIssue(), { signal })
  await wait(1500, undefined, { signal })
  return { condition: condition - edited, issue: issue - edited, closed: closed - undone }
}

const application = z.object({
  status: z.object({ conditions: z.array(z.object({ type: z.string(), status: z.string() })) }),
})

async function saysDrifted(api: Api): Promise<boolean> {
  const object = await api.read(
    '/apis/plumbline.dev/v1alpha1/namespaces/plumbline-system/applications/guestbook',
  )
  const { conditions } = application.parse(object).status
  return conditions.some(it => it.type === 'Drifted' && it.status === 'True')
}

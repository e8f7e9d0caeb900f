import { race } from '../command.ts'
import type { Counts } from '../counted-api.ts'
import { duration, median, ratio } from '../figures.ts'
import type { Table } from '../table.ts'
import type { CommandLinePlace } from './place.ts'

export interface Contest {
  readonly what: string
  readonly ours: readonly string[]
  readonly theirs: readonly string[]
  /** Both end as they do when there is a difference. */
  readonly differs: boolean
  readonly rounds: number
  /** Starting a process alone asks for nothing. */
  readonly counted: boolean
}

/** Times and counts ours against theirs: a table of two rows for each contest. */
export async function compare(
  place: CommandLinePlace,
  contests: readonly Contest[],
  signal: AbortSignal,
): Promise<Table> {
  const rows: (readonly string[])[] = []
  for (const { what, ours, theirs, differs, rounds, counted } of contests) {
    const { plumbline, kubectl } = place
    const pair = [plumbline.command(...ours), kubectl.command(...theirs)] as const
    const [ourTimes, theirTimes] = await race(pair, { signal, differs, rounds })
    const best = (times: readonly number[]) => duration(Math.min(...times))
    const row = (label: string, times: readonly number[], share: string, counts: Counts | null) => [
      label,
      duration(median(times)),
      best(times),
      share,
      ...countCells(counts),
    ]
    const countOf = (by: typeof plumbline, args: readonly string[]) =>
      counted ? by.count(args, { signal, differs }) : null
    const share = ratio(median(ourTimes), median(theirTimes))
    rows.push(row(what, ourTimes, share, await countOf(plumbline, ours)))
    rows.push(row(`↳ ${shown(theirs)}`, theirTimes, '1×', await countOf(kubectl, theirs)))
  }
  const columns = ['', 'median', 'best', 'of kubectl', 'discovery', 'reads', 'dry runs', 'writes']
  return { columns, rows }
}

function countCells(counts: Counts | null): readonly string[] {
  if (!counts) return ['–', '–', '–', '–']
  return [counts.discovery, counts.reads, counts.dryRuns, counts.writes].map(String)
}

/** Without the folder, which is another one each time. */
function shown(args: readonly string[]): string {
  return `kubectl ${args.filter(it => !it.startsWith('/')).join(' ')}`
}

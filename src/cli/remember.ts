import { recall, type Remembered } from '../agent/plan/recall.ts'
import type { LocalEngine } from './local-engine.ts'

/** What earlier syncs left behind; says so when one of them has not ended. */
export async function remember(
  { state }: LocalEngine,
  application: string,
  signal: AbortSignal,
  tell: (text: string) => void = text => process.stderr.write(text),
): Promise<Remembered> {
  const remembered = await recall(state, application, signal)
  if (remembered.unfinishedSince !== null) {
    const begun = `a sync of ${application} that began at ${remembered.unfinishedSince}`
    tell(`${begun} is running or was cut off: the next sync finishes or undoes it\n`)
  }
  return remembered
}

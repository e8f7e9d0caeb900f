import type { GitRepository } from '../git/repository.ts'
import type { Problem } from '../model/problem.ts'
import {
  defaultSettings,
  type Settings,
  settingsDocument,
  settingsFile,
  settingsFrom,
} from '../model/settings.ts'
import { checkDocument } from './document-problems.ts'
import { windowProblem } from './sync-windows.ts'
import { parseYamlDocuments } from './parse-yaml.ts'

export interface SettingsReading {
  /** Defaults when the file is missing or wrong. */
  readonly settings: Settings
  readonly problems: readonly Problem[]
}

const maxSettingsBytes = 64 * 1024

/** Reads `.plumbline.yaml` at the root of a commit or tree. Rejects with GitError only. */
export async function readSettings(
  repository: GitRepository,
  treeish: string,
  signal: AbortSignal,
): Promise<SettingsReading> {
  return parseSettings(await repository.readFile(treeish, settingsFile, maxSettingsBytes, signal))
}

/** `text` is the file's content, null when there is none. */
export function parseSettings(text: string | null): SettingsReading {
  if (text === null) return { settings: defaultSettings, problems: [] }
  const { documents, problems } = parseYamlDocuments(text, settingsFile, { maxBytes: maxSettingsBytes })
  if (problems.length > 0) return { settings: defaultSettings, problems }
  const [document, second] = documents
  if (!document || document.value === null) return wrong('the file is empty', 1, 'start with "version: 1"')
  if (second) return wrong('the file holds more than one document', second.line, 'keep one')
  const checked = checkDocument(settingsDocument, document, settingsFile, 'invalid-settings')
  if ('problems' in checked) return { settings: defaultSettings, problems: checked.problems }
  const settings = settingsFrom(checked.data)
  const unclear = settings.syncWindows.flatMap(it => windowProblem(it) ?? [])
  if (unclear.length > 0)
    return wrong(unclear.join('; '), 1, 'five fields of cron, and a time zone such as Europe/Berlin')
  return { settings, problems: [] }
}

function wrong(message: string, line: number, hint: string): SettingsReading {
  const location = { file: settingsFile, line, column: 1 }
  return { settings: defaultSettings, problems: [{ code: 'invalid-settings', message, location, hint }] }
}

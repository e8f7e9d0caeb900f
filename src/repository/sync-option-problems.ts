import type { Problem } from '../model/problem.ts'
import { closest } from './closest.ts'
import type { YamlDocument } from './yaml-document.ts'

const yesOrNo = ['true', 'false']
const yesNoOrAsk = ['true', 'false', 'confirm']

/** Options of Argo CD, and the values of each; `docs/sync.md` says what they do here. */
const valuesOf: Readonly<Record<string, readonly string[]>> = {
  ApplyOutOfSyncOnly: yesOrNo,
  ClientSideApplyMigration: yesOrNo,
  CreateNamespace: yesOrNo,
  Delete: yesNoOrAsk,
  FailOnSharedResource: yesOrNo,
  Force: yesOrNo,
  Prune: yesNoOrAsk,
  PruneLast: yesOrNo,
  PrunePropagationPolicy: ['background', 'foreground', 'orphan'],
  Replace: yesOrNo,
  RespectIgnoreDifferences: yesOrNo,
  ServerSideApply: yesOrNo,
  SkipDryRunOnMissingResource: yesOrNo,
  Validate: yesOrNo,
}

const where = ['spec', 'syncPolicy', 'syncOptions'] as const

/** What is wrong with an Application's sync options: one that is not read is as if it were not there. */
export function syncOptionProblems(
  options: readonly string[],
  document: YamlDocument,
  file: string,
): readonly Problem[] {
  return options.flatMap((option, at) => {
    const wrong = wrongWith(option)
    if (!wrong) return []
    const location = { file, ...document.positionOf([...where, at]) }
    return [{ code: 'invalid-application', location, ...wrong }]
  })
}

function wrongWith(option: string): Pick<Problem, 'message' | 'hint'> | null {
  const [name = '', value] = option.split('=', 2).map(it => it.trim())
  const shown = `the sync option "${option.slice(0, 60)}"`
  const values = Object.hasOwn(valuesOf, name) ? valuesOf[name] : undefined
  if (value === undefined) return { message: `${shown} has no value`, hint: 'write Key=value' }
  if (!values) {
    const meant = closest(name, Object.keys(valuesOf), 2)
    if (meant === null) return null
    return { message: `${shown} is not known`, hint: `did you mean "${meant}=${value}"?` }
  }
  const read = name === 'PrunePropagationPolicy' ? value.toLowerCase() : value
  if (values.includes(read)) return null
  return { message: `${shown} has another value than ${values.join(', ')}`, hint: null }
}

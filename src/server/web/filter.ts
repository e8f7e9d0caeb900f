import type { Change } from '../../model/plan.ts'
import { objectNameInText } from '../report/object-name.ts'
import type { ObjectLine } from '../report/outline.ts'

/** Which objects of a plan are shown. */
export interface Filter {
  /** As typed; every word of it has to occur. */
  readonly search: string
  readonly action: Change['action'] | null
  readonly risk: (typeof riskFilters)[number] | null
  readonly origin: (typeof originFilters)[number] | null
}

export const actionFilters = [
  'create',
  'update',
  'replace',
  'delete',
  'adopt',
  'error',
  'leave-behind',
] as const
/** `any`: at least one risk; `medium`: at least that. */
export const riskFilters = ['any', 'medium', 'high'] as const
export const originFilters = ['pull-request', 'drift'] as const

/** Longer searches are cut: nobody types them. */
export const longestSearch = 200

/** What the address asks for; whatever is no filter of ours is none. */
export function filterOf(query: URLSearchParams): Filter {
  const oneOf = <T extends string>(name: string, known: readonly T[]): T | null =>
    known.find(it => it === query.get(name)) ?? null
  return {
    search: (query.get('q') ?? '').slice(0, longestSearch).trim(),
    action: oneOf('action', actionFilters),
    risk: oneOf('risk', riskFilters),
    origin: oneOf('origin', originFilters),
  }
}

export function isFiltered({ search, action, risk, origin }: Filter): boolean {
  return search !== '' || action !== null || risk !== null || origin !== null
}

/** Everything but the search. */
export function fits(line: ObjectLine, { action, risk, origin }: Filter): boolean {
  if (action !== null && line.action !== action) return false
  if (risk !== null && !riskAtLeast(line.severity, risk)) return false
  if (origin === 'drift') return line.origin !== 'pull-request'
  return origin === null || line.origin !== 'drift'
}

function riskAtLeast(severity: ObjectLine['severity'], risk: Filter['risk']): boolean {
  if (severity === null) return false
  return risk === 'any' || severity === 'high' || (risk === 'medium' && severity === 'medium')
}

export interface Searched {
  readonly application: string
  readonly cluster: string
  readonly line: ObjectLine
  readonly change: Change
}

/** Whether each word occurs in the names of the object, its application or cluster, its file, a risk or a line of its diff. */
export function createSearch(search: string): (it: Searched) => boolean {
  const words = search
    .toLowerCase()
    .split(/\s+/)
    .filter(it => it !== '')
  return ({ application, cluster, line, change }) => {
    const names = [line.id, objectNameInText(line.id), application, cluster, line.source?.file, ...line.risks]
    const heading = names.join('\n').toLowerCase()
    const missing = words.filter(it => !heading.includes(it))
    if (missing.length === 0) return true
    const text = change.diff.toLowerCase()
    return missing.every(it => text.includes(it))
  }
}

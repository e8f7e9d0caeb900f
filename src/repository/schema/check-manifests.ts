import type { Problem, SourceLocation } from '../../model/problem.ts'
import type { Manifest } from '../manifests.ts'
import type { Catalog } from './catalog.ts'
import { checkDocumentValue, type ObjectCheck } from './check-document.ts'
import type { Path } from './words.ts'

/** A problem of one object, with what tells whether another one is the same. */
export interface SchemaProblem {
  readonly problem: Problem
  /** Equal for one mistake, wherever it shows: as it is written, and in everything that is rendered from it. */
  readonly fingerprint: string
}

export interface SchemaCheck {
  /** How many objects were compared with a schema. */
  readonly objects: number
  readonly problems: readonly SchemaProblem[]
  /** `cert-manager.io/v1 Certificate`, once for each object of a custom kind that nothing is known of. */
  readonly untold: readonly string[]
}

/** Compares the objects of manifests with the schemas of their kinds, each problem at its own line and column. */
export function checkManifests(manifests: readonly Manifest[], catalog: Catalog): SchemaCheck {
  return joined(
    manifests
      .filter(it => it.role !== 'content')
      .flatMap(({ file, documents, role }) =>
        documents.map(document =>
          checkOne(document.value, {
            catalog,
            partial: role === 'part',
            locate: path => ({ file, ...document.positionOf(path) }),
          }),
        ),
      ),
  )
}

export interface CheckOne {
  readonly catalog: Catalog
  readonly partial: boolean
  /** Where a field stands. */
  locate(path: Path): SourceLocation | null
  /** What is said after the message, such as `, as overlays/dev renders it`. */
  readonly suffix?: string
}

export function checkOne(value: unknown, { catalog, partial, locate, suffix = '' }: CheckOne): SchemaCheck {
  const checks = checkDocumentValue(value, { catalog, partial })
  return {
    objects: checks.filter(it => it.kind === 'checked').length,
    untold: checks.flatMap(it => (it.kind === 'untold' ? [`${it.apiVersion} ${it.objectKind}`] : [])),
    problems: checks.flatMap(it => (it.kind === 'checked' ? problemsOf(it, locate, suffix) : [])),
  }
}

function problemsOf(
  { subject, at, findings }: Extract<ObjectCheck, { kind: 'checked' }>,
  locate: CheckOne['locate'],
  suffix: string,
): readonly SchemaProblem[] {
  const [kind = ''] = subject.split(' ')
  return findings.map(({ code, path, message, hint }) => ({
    problem: {
      code,
      message: `${subject}: ${message}${suffix}`,
      location: locate([...at, ...path]),
      hint,
    },
    fingerprint: [kind, code, ...path.map(part => (typeof part === 'number' ? '[]' : part))].join('/'),
  }))
}

export function joined(checks: readonly SchemaCheck[]): SchemaCheck {
  return {
    objects: checks.reduce((sum, it) => sum + it.objects, 0),
    untold: checks.flatMap(it => it.untold),
    problems: checks.flatMap(it => it.problems),
  }
}

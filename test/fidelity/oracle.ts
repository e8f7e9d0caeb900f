import type { Cluster } from '../../src/agent/cluster/cluster.ts'
import { compare } from '../../src/agent/drift/compare.ts'
import { differencesOf } from '../../src/engine/diff-fields.ts'
import { unifiedDiff } from '../../src/engine/diff-text.ts'
import { canonicalJson, isJsonObject, listAt, property, withProperty } from '../../src/engine/json.ts'
import { normalise, withoutCopies, withoutEmpty } from '../../src/engine/normalise.ts'
import { createPlanRedactor } from '../../src/engine/plan-redactor.ts'
import { renderedPart } from '../../src/engine/shown.ts'
import type { Planned } from '../../src/agent/plan/planner.ts'
import { mayReplace } from '../../src/engine/sync-options.ts'
import type { ObjectId } from '../../src/model/identity.ts'
import type { KubernetesObject } from '../../src/model/object.ts'
import type { Change } from '../../src/model/plan.ts'
import type { LiveRead } from '../../src/model/rendered.ts'
import type { SyncResult } from '../../src/model/sync.ts'
import type { Law, Mismatch } from './mismatch.ts'

/** Every object of a sequence as the cluster holds it; those that are not there are not in it. */
export type Snapshot = ReadonlyMap<ObjectId, KubernetesObject>

/** One plan and sync, and the cluster around them. */
export interface Played {
  readonly planned: Planned
  readonly result: SyncResult
  readonly before: Snapshot
  readonly after: Snapshot
  readonly ids: readonly ObjectId[]
}

/** What must be true of a plan once its sync is over. */
export function judge(played: Played): readonly Mismatch[] {
  const { planned, result, after } = played
  const expected = expectedOutcome(planned)
  if (result.outcome !== expected && !isLimitedBySet(result)) {
    return [
      {
        law: 'refused',
        id: null,
        detail: `expected ${expected}, got ${result.outcome}: ${result.error?.message}`,
      },
    ]
  }
  if (result.outcome === 'rolled-back') return []
  if (expected === 'refused') return unchangedBut(new Set(), played)
  const listed = new Map(planned.plan.changes.map(change => [change.id, change]))
  const written = new Set([...listed].filter(([, it]) => it.action !== 'leave-behind').map(([id]) => id))
  return [
    ...unchangedBut(written, played),
    ...[...listed.values()].flatMap(change => {
      switch (change.action) {
        case 'create':
        case 'update':
        case 'adopt':
        case 'replace':
          return judgeWritten(change, played)
        case 'delete':
          return after.has(change.id) ? [wrong('deleted', change.id, 'it is still there')] : []
        case 'leave-behind':
        case 'error':
          return []
      }
    }),
  ]
}

/** A quota that comes with what it counts is not there yet when that is asked for. */
function isLimitedBySet({ outcome, error, plan }: SyncResult): boolean {
  const brings = plan?.changes.some(it => /^\/(ResourceQuota|LimitRange)\//.test(it.id))
  return (
    outcome === 'rolled-back' && brings === true && /quota|LimitRanger|usage per/.test(error?.message ?? '')
  )
}

function wrong(law: Law, id: ObjectId | null, detail: string): Mismatch {
  return { law, id, detail }
}

function expectedOutcome({ plan, input }: Planned): SyncResult['outcome'] {
  if (plan.changes.some(it => it.action === 'error')) return 'refused'
  const replaced = new Set(plan.changes.filter(it => it.action === 'replace').map(it => it.id))
  const closed = input.head.some(it => replaced.has(it.id) && !mayReplace(it.object, input.application))
  return closed ? 'refused' : 'synced'
}

function unchangedBut(written: ReadonlySet<ObjectId>, { ids, before, after }: Played): readonly Mismatch[] {
  return ids
    .filter(id => !written.has(id))
    .flatMap(id => {
      const [was, is] = [before.get(id), after.get(id)]
      if (was?.metadata.resourceVersion === is?.metadata.resourceVersion) return []
      // What counts against it is counted in its status.
      const isQuota = was?.kind === 'ResourceQuota' && is?.kind === 'ResourceQuota'
      if (isQuota && canonicalJson(known(was, is)) === canonicalJson(known(is, is))) return []
      const detail = was && is ? difference(known(was, is), known(is, is)) : was ? 'gone' : 'new'
      return [wrong('unlisted', id, detail)]
    })
}

function judgeWritten(change: Change, { planned, before, after }: Played): readonly Mismatch[] {
  const { id } = change
  const real = after.get(id)
  if (!real) return [wrong('predicted', id, 'it is not there')]
  if (isLimited(real, planned)) return []
  const live = before.get(id) ?? null
  const mismatches: Mismatch[] = []
  const { input } = planned
  const prediction = input.predictions.get(id)
  const predicted = prediction && 'object' in prediction ? prediction.object : null
  const base = change.action === 'replace' ? null : live
  if (predicted) {
    const [said, is] = [known(predicted, base), known(real, base)]
    if (canonicalJson(said) !== canonicalJson(is))
      mismatches.push(wrong('predicted', id, difference(said, is)))
  }
  const redactor = createPlanRedactor(input)
  const desired = input.head.find(it => it.id === id)
  if (live && !live.metadata.deletionTimestamp) {
    const shown = redactor.object(normalise(live))
    const said = desired?.object['spec']
    const came = redactor.object(normalise(asShown(real, live, { base, said })))
    const told = (fields: readonly { path: string; before: unknown; after: unknown }[]) =>
      fields.map(it => `${it.path}: ${canonicalJson(it.before)} -> ${canonicalJson(it.after)}`).join('\n')
    const [fields, really] = [told(change.fields), told(differencesOf(shown, came))]
    if (fields !== really) mismatches.push(wrong('told', id, `fields\n${fields}\nreally\n${really}`))
    const diff = unifiedDiff(shown, came)
    if (change.diff !== diff) mismatches.push(wrong('told', id, `diff\n${change.diff}\nreally\n${diff}`))
  } else if (desired) {
    const came = redactor.object(normalise(renderedPart(real, desired.object)))
    const diff = unifiedDiff(null, came)
    if (prediction?.kind === 'predicted' && change.diff !== diff) {
      mismatches.push(wrong('told', id, `diff\n${change.diff}\nreally\n${diff}`))
    }
  }
  return mismatches
}

/** A LimitRange of the same set fills in what comes after it, and is not there yet when that is asked for. */
function isLimited({ kind }: KubernetesObject, { plan }: Planned): boolean {
  return kind === 'Pod' && plan.changes.some(it => it.id.startsWith('/LimitRange/'))
}

/** What the watch for drift says of a cluster that was synced to what a plan renders. */
export async function driftFrom(
  { input }: Planned,
  live: Snapshot,
  cluster: Cluster,
): Promise<readonly Change[]> {
  const { application, redactionKey, head } = input
  const reads = new Map<ObjectId, LiveRead>(
    head.map(({ id }) => {
      const object = live.get(id)
      return [id, object ? { kind: 'live', object } : { kind: 'absent' }]
    }),
  )
  const desired = new Map(head.map(it => [it.id, it]))
  const assignment = {
    application,
    desired,
    leaving: new Set<string>(),
    repository: null,
    revision: null,
    syncedAt: null,
    version: '',
    isBeingSynced: false,
    saysDrifted: false,
  }
  const { signal } = new AbortController()
  const findings = await compare({ cluster, assignment, live: reads, redactionKey }, signal)
  return [...findings.values()].flatMap(it => (it.kind === 'drifted' ? [it.change] : []))
}

/** What was left behind before and is deleted now has been drift all along. */
const hasOrigin: ReadonlySet<Change['action']> = new Set(['create', 'update', 'replace', 'adopt'])

/** What only one side has changed is told as that side's. */
export function judgeOrigins(
  changes: readonly Change[],
  { git, hands }: { readonly git: boolean; readonly hands: boolean },
): readonly Mismatch[] {
  if (git === hands) return []
  const expected = git ? 'pull-request' : 'drift'
  return changes
    .filter(it => hasOrigin.has(it.action) && it.origin !== expected)
    .map(it => wrong('origin', it.id, `${it.action} is told as ${it.origin}`))
}

/** Where only hands were at work, drift is just what a plan would put back. */
export function judgeDrift(drift: readonly Change[], planned: Planned): readonly Mismatch[] {
  const failed = new Set(planned.plan.changes.filter(it => it.action === 'error').map(it => it.id))
  const told = (changes: readonly Change[]) =>
    changes
      .filter(it => !failed.has(it.id) && isPutBack(it))
      .map(
        it =>
          `${it.id} ${it.fields
            .map(field => field.path)
            .toSorted()
            .join(' ')}`,
      )
      .toSorted()
      .join('\n')
  const [said, is] = [told(drift), told(planned.plan.changes)]
  return said === is ? [] : [wrong('drift', null, `drift\n${said}\nplan\n${is}`)]
}

/** A take-over without a changed field puts nothing back. */
function isPutBack({ action, fields }: Change): boolean {
  return ['create', 'update', 'replace'].includes(action) || (action === 'adopt' && fields.length > 0)
}

/** Without what nobody can know before, given what there was. */
function known(object: KubernetesObject, before: KubernetesObject | null): KubernetesObject {
  const { status: _status, metadata, ...rest } = object
  const { uid: _uid, resourceVersion: _version, generation: _generation, ...described } = metadata
  const { creationTimestamp: _time, managedFields: _fields, ...kept } = described
  const bare = withoutEmpty({ ...rest, metadata: withoutCopies(kept) }) as KubernetesObject
  switch (object.kind) {
    case 'Service':
      return withoutAllocated(bare, before)
    case 'Pod':
      return withoutToken(bare)
    case 'Job':
      return withoutController(bare)
  }
  return bare
}

const allocated = ['clusterIP', 'clusterIPs', 'healthCheckNodePort'] as const

function withoutAllocated(object: KubernetesObject, before: KubernetesObject | null): KubernetesObject {
  const spec = object['spec']
  if (!isJsonObject(spec)) return object
  const old = before?.['spec']
  const bare = allocated
    .filter(name => property(old, name) === undefined)
    .reduce((fields, name) => withProperty(fields, name, undefined), spec)
  const nodePorts = new Set(listAt(old, 'ports').map(it => property(it, 'nodePort')))
  const ports = listAt(bare, 'ports').map(it =>
    isJsonObject(it) && !nodePorts.has(it['nodePort']) ? withProperty(it, 'nodePort', undefined) : it,
  )
  return { ...object, spec: ports.length > 0 ? { ...bare, ports } : bare }
}

/** Its token's volume has a name by chance. */
function withoutToken(object: KubernetesObject): KubernetesObject {
  return JSON.parse(
    JSON.stringify(object).replaceAll(/kube-api-access-[a-z0-9]{5}/g, 'kube-api-access'),
  ) as KubernetesObject
}

function withToken(real: KubernetesObject, live: KubernetesObject): KubernetesObject {
  const token = /kube-api-access-[a-z0-9]{5}/g
  const now = JSON.stringify(live).match(token)?.[0] ?? 'kube-api-access'
  return JSON.parse(JSON.stringify(real).replaceAll(token, now)) as KubernetesObject
}

/** Its pods are labelled with its uid. */
function withoutController(object: KubernetesObject): KubernetesObject {
  const text = JSON.stringify(object)
  return JSON.parse(text.replaceAll(/(controller-uid":")[0-9a-f-]{36}/g, '$1')) as KubernetesObject
}

/** As a plan shows it: what the server allots anew is not told. */
function asShown(
  real: KubernetesObject,
  live: KubernetesObject,
  { base, said }: { readonly base: KubernetesObject | null; readonly said: unknown },
): KubernetesObject {
  if (real.kind === 'Job' && base === null) return withoutUid(real, live)
  if (real.kind === 'Pod' && base === null) return withToken(real, live)
  if (real.kind !== 'Service') return real
  const bare = withoutAllocated(real, base ?? live)
  if (base !== null || !isJsonObject(bare['spec']) || property(said, 'clusterIP')) return bare
  const kept = Object.fromEntries(
    allocated.flatMap(name => {
      const value = property(live['spec'], name)
      return value === undefined || property(bare['spec'], name) === undefined ? [] : [[name, value]]
    }),
  )
  return { ...bare, spec: { ...bare['spec'], ...kept } }
}

function withoutUid(real: KubernetesObject, live: KubernetesObject): KubernetesObject {
  const text = JSON.stringify(real)
  return JSON.parse(text.replaceAll(real.metadata.uid ?? ' ', live.metadata.uid ?? '')) as KubernetesObject
}

function difference(said: unknown, is: unknown): string {
  const differences = differencesOf(said, is)
  if (differences.length === 0) return `said ${canonicalJson(said)}\nis ${canonicalJson(is)}`
  return differences
    .slice(0, 8)
    .map(it => `${it.path}: said ${canonicalJson(it.before)}, is ${canonicalJson(it.after)}`)
    .join('\n')
}

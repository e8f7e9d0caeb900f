import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll } from 'vitest'
import { adoptableOf } from '../../../src/engine/adoptable.ts'
import { driftOf } from '../../../src/engine/drift.ts'
import type { DesiredObject } from '../../../src/engine/plan-input.ts'
import { settle } from '../../../src/engine/settle.ts'
import { adoptIntoSource, type Adoption } from '../../../src/agent/adopt/adopt-source.ts'
import { allApplications, applicationIn } from '../../../src/agent/adopt/scene.ts'
import { openWorkingCopy } from '../../../src/agent/adopt/working-copy.ts'
import type { Charts } from '../../../src/agent/render/charts/charts.ts'
import { createRenderer } from '../../../src/agent/render/create-renderer.ts'
import { type ObjectId, objectIdOf } from '../../../src/model/identity.ts'
import type { KubernetesObject } from '../../../src/model/object.ts'
import type { LiveRead, RenderedObject } from '../../../src/model/rendered.ts'
import { isInRepository } from '../../../src/repository/same-repository.ts'
import { ensureBinaries } from '../../../tools/control-plane/binaries.ts'

export type Files = Readonly<Record<string, string>>

/** What somebody does to the cluster by hand; null when the object is deleted. */
export type Hand = Readonly<Record<string, ((object: Loose) => void) | null>>

// oxlint-disable-next-line typescript/no-explicit-any -- a hand reaches anywhere
export type Loose = any

export interface Adopted extends Adoption {
  /** Changed lines of each file, `-` what was and `+` what is. */
  readonly lines: Readonly<Record<string, readonly string[]>>
  /** Ids and paths that a drift of the edited source against the same live tells. */
  readonly drift: readonly string[]
  /** As it was before any edit, and is after. */
  readonly driftBefore: readonly string[]
}

/** Adopts hand edits into source trees, with the real renderers and no cluster. */
interface Adopting {
  adopt(files: Files, hand: Hand, options?: AdoptingOptions): Promise<Adopted>
  close(): Promise<void>
}

export interface AdoptingOptions {
  /** The Application's file among the files. Default `apps/shop.yaml`. */
  readonly application?: string
  readonly name?: string
  readonly mostRenders?: number
  readonly charts?: Charts
  /** Changes the set of the last sync, which is else what the files render to. */
  readonly synced?: (object: Loose) => void
}

const clusterKinds = new Set(['Namespace', 'ClusterRole', 'ClusterRoleBinding', 'CustomResourceDefinition'])
const redactionKey = new Uint8Array(32).fill(7)

/** For one test file, open as long as its tests run. */
export function useAdopting(): Pick<Adopting, 'adopt'> {
  let opened: Adopting
  beforeAll(async () => {
    opened = await createAdopting()
  }, 1_200_000)
  afterAll(() => opened.close())
  return { adopt: (files, hand, options) => opened.adopt(files, hand, options) }
}

async function createAdopting(): Promise<Adopting> {
  const binaries = await ensureBinaries()
  const home = await mkdtemp(join(tmpdir(), 'plumbline-adopt-'))
  const signal = new AbortController().signal
  return {
    async adopt(files, hand, options = {}) {
      const renderer = createRenderer({
        binaries: { helm: join(binaries, 'helm'), kustomize: join(binaries, 'kustomize') },
        cacheFolder: join(home, 'cache'),
        charts: options.charts ?? null,
      })
      const folder = await mkdtemp(join(home, 'checkout-'))
      for (const [path, content] of Object.entries(files)) await put(join(folder, path), content)
      const copy = await openWorkingCopy(folder)
      const place = options.application ?? 'apps/shop.yaml'
      const name = options.name ?? 'shop'
      const application = (await allApplications(copy, signal)).find(
        it => it.name === name && it.definedIn?.file === place,
      )
      if (!application) throw new Error(`there is no application ${name} in ${place}`)
      const inRepository = (it: { readonly repoURL: string; readonly chart: string | null }) =>
        isInRepository(it, 'https://github.com/acme/shop.git')
      const destination = { kubernetesVersion: 'v1.36.3', apiVersions: [] }
      const settled = (objects: readonly RenderedObject[]) =>
        settle(objects, {
          application,
          scopeOf: (_apiVersion, kind) => (clusterKinds.has(kind) ? 'cluster' : 'namespaced'),
        }).objects
      const render = async () => {
        const now = await applicationIn(copy, application, signal)
        const request = { folder, contentKey: null, application: now, inRepository, destination }
        return settled(await renderer.render(request, signal))
      }
      const rendered = await render()
      const live = liveOf(rendered, hand)
      const lastSynced = rendered.map(it => {
        const object = structuredClone(it.object)
        options.synced?.(object)
        return object
      })
      const { wanted, left } = adoptableOf({
        application,
        cluster: 'dev',
        desired: rendered,
        live,
        lastSynced,
        lastSyncedId: objectIdOf,
        redactionKey,
      })
      const bounds = options.mostRenders === undefined ? {} : { mostRenders: options.mostRenders }
      const done = await adoptIntoSource(
        {
          copy,
          application,
          renderer,
          charts: options.charts ?? null,
          inRepository,
          destination,
          settle: settled,
          rendered,
          wanted,
          ...bounds,
        },
        signal,
      )
      const driftIn = (desired: readonly DesiredObject[]) =>
        driftOf({ desired, live, application, redactionKey }).flatMap(({ id, action, fields }) =>
          action === 'create' ? [`${id} is gone`] : fields.map(field => `${id} ${field.path}`),
        )
      for (const { path, text } of done.files) {
        const there = await readFile(join(folder, path), 'utf8').catch(() => null)
        if (there !== text) throw new Error(`${path} on disk is not what the adoption says`)
      }
      return {
        ...done,
        left: [...left, ...done.left],
        lines: Object.fromEntries(
          done.files.map(({ path, text }) => [path, changedLines(files[path] ?? '', text ?? '')]),
        ),
        driftBefore: driftIn(rendered),
        drift: driftIn(await render()),
      }
    },
    close: () => rm(home, { recursive: true, force: true }),
  }
}

/** Live as the last sync left it, and a hand changed it since. `Deployment/web` names an object. */
function liveOf(rendered: readonly DesiredObject[], hand: Hand): ReadonlyMap<ObjectId, LiveRead> {
  const edits = new Map(Object.entries(hand))
  const live = new Map(
    rendered.map(({ id, object }): [ObjectId, LiveRead] => {
      const key = [...edits.keys()].find(it => {
        const [kind, name] = it.split('/')
        return object.kind === kind && object.metadata.name.replace(/-[0-9a-z]{10}$/, '') === name
      })
      if (key === undefined) return [id, { kind: 'live', object }]
      const edit = edits.get(key)
      edits.delete(key)
      if (!edit) return [id, { kind: 'absent' }]
      const changed = structuredClone<KubernetesObject>(object)
      edit(changed)
      return [id, { kind: 'live', object: changed }]
    }),
  )
  if (edits.size > 0) throw new Error(`nothing renders ${[...edits.keys()].join(', ')}`)
  return live
}

/** Lines that one text has and the other has not, in order; common ones at both ends are left out. */
function changedLines(before: string, after: string): readonly string[] {
  const [old, now] = [before.split('\n'), after.split('\n')]
  const lengths = old.map(() => Array.from({ length: now.length + 1 }, () => 0))
  lengths.push(Array.from({ length: now.length + 1 }, () => 0))
  for (let i = old.length - 1; i >= 0; i--)
    for (let j = now.length - 1; j >= 0; j--)
      lengths[i]![j] =
        old[i] === now[j] ? lengths[i + 1]![j + 1]! + 1 : Math.max(lengths[i + 1]![j]!, lengths[i]![j + 1]!)
  const changed: string[] = []
  let [i, j] = [0, 0]
  while (i < old.length || j < now.length) {
    if (i < old.length && j < now.length && old[i] === now[j]) [i, j] = [i + 1, j + 1]
    else if (i < old.length && (j >= now.length || lengths[i + 1]![j]! >= lengths[i]![j + 1]!))
      changed.push(`-${old[i++]}`)
    else changed.push(`+${now[j++]}`)
  }
  return changed
}

async function put(file: string, content: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true })
  if (content.startsWith('-> ')) await symlink(content.slice(3), file)
  else await writeFile(file, content)
}

/** An Application document of one source. */
export function shop(source: string, name = 'shop', cluster = 'dev'): string {
  const indented = source
    .trim()
    .split('\n')
    .map(line => `    ${line}`)
    .join('\n')
  return `apiVersion: plumbline.dev/v1alpha1
kind: Application
metadata:
  name: ${name} # as the team calls it
spec:
  source:
    repoURL: .
${indented}
  destination: { name: ${cluster}, namespace: ${name} }
`
}

import { parseIdentity } from '../../../model/identity.ts'
import { valueAtSteps } from '../../../engine/steps.ts'
import type { YamlPath } from '../../../repository/edit/edit-yaml.ts'
import type { Proposal, Tried } from '../adopt-fields.ts'
import { type Candidate, together } from '../candidate.ts'
import { parseImageName } from '../image-name.ts'
import type { Scene } from '../scene.ts'
import { chartRequestOf } from '../../render/helm/remote-chart.ts'
import { type HelmSources, type Layer, layersOf } from './layers.ts'
import { changed, guessFor, inProportion, isPart, like } from './value-guesses.ts'
import { looksLike, textOf, type ValueNode, valueNodes, wholeList, withValueAt } from './value-tree.ts'

/**
 * Finds the value that gives a field: those that equal it or are part of it first, then, one render each, all that might. A value that
 * is a chart's default only is put where the application keeps its own.
 */
export async function proposeHelm(scene: Scene, from: HelmSources): Promise<Proposal> {
  const layers = await layersOf(scene, from)
  const nodes = valueNodes(layers.map(it => it.values))
  const isRemote = chartRequestOf(scene.source) !== null
  const template = (isRemote ? null : scene.rendered.source?.file) ?? 'a template of the chart'
  const otherwise = layers.some(it => it.set !== null)
    ? `no value of the chart gives just this change: ${template} writes it by itself`
    : 'its values are those of other applications too, and it has no document of its own to put one into'
  const set = (node: ValueNode, value: unknown) => setting(node, value, layers)
  if (scene.wanted.steps.length === 0) {
    const switches = nodes.filter(it => it.value === true).toSorted(byLikeness(scene))
    return {
      candidates: [],
      explore: attempt => firstOf(switches, it => set(it, false), attempt),
      otherwise,
    }
  }
  const { rendered, wanted } = scene
  const before = valueAtSteps(rendered.object, wanted.steps)
  const likely = nodes
    .filter(it => isPart(it.value, before))
    .toSorted((a, b) => sizeOf(b.value) - sizeOf(a.value) || byLikeness(scene)(a, b))
  const candidates = [
    ...likely.flatMap(node =>
      changed(node.value, before, wanted.value).flatMap(value => set(node, value) ?? []),
    ),
    ...images(nodes, before, wanted.value, set),
    ...fromLists(nodes, before, wanted.value, set),
  ]
  const rest = nodes
    .filter(it => !likely.includes(it) && typeof it.value !== 'object')
    .toSorted(byLikeness(scene))
  return {
    candidates,
    explore: async attempt => {
      for (const node of rest) if (await probe(node, { scene, before, set, attempt })) return true
      return false
    },
    otherwise,
  }
}

type Set = (node: ValueNode, value: unknown) => Candidate | null

/** In the layer that says it, or over it in the highest that is the application's own. */
function setting(node: ValueNode, value: unknown, layers: readonly Layer[]): Candidate | null {
  const own = layers[node.layer]
  const isDefault = own !== undefined && !own.takesNew
  const isParameter = isDefault && layers.slice(0, node.layer).some(it => it.takesNew)
  const above = layers
    .map((layer, at) => ({ layer, at }))
    .filter(({ layer, at }) => at > node.layer && layer.takesNew && layer.set !== null)
  // A chart that is the application's alone is changed itself, unless the application keeps values in a file.
  const files = above.slice(0, -1)
  if (own?.set && (!isDefault || isParameter || files.length === 0)) return own.set(node.path, value)
  const target = (files.at(-1) ?? above.at(-1))?.layer
  if (!target?.set) return null
  const path = wholeList(node.path)
  if (path.length === node.path.length) return target.set(path, value ?? null)
  return target.set(path, withValueAt(valueAtLayers(layers, path), node.path.slice(path.length), value))
}

function valueAtLayers(layers: readonly Layer[], path: YamlPath): unknown {
  return valueNodes(layers.map(it => it.values)).find(it => it.path.join('\0') === path.join('\0'))?.value
}

function sizeOf(value: unknown): number {
  return textOf(value)?.length ?? 1_000_000
}

/** Name and tag of an image from two values. */
function images(
  nodes: readonly ValueNode[],
  before: unknown,
  wanted: unknown,
  set: Set,
): readonly Candidate[] {
  const [was, is] = [parseImageName(before), parseImageName(wanted)]
  if (!was || !is || was.tag === null || is.tag === null || is.digest !== null) return []
  const candidates: Candidate[] = []
  for (const name of nodes.filter(
    it => typeof it.value === 'string' && it.value !== '' && was.name.endsWith(it.value),
  )) {
    const start = was.name.slice(0, was.name.length - (textOf(name.value)?.length ?? 0))
    if (!is.name.startsWith(start)) continue
    const base = (path: YamlPath) => path.slice(0, -1).join('\0')
    const tags = nodes.filter(
      it => base(it.path) === base(name.path) && (looksLike(it.value, was.tag) || it.path.at(-1) === 'tag'),
    )
    for (const tag of tags) {
      if (is.name === was.name) {
        const only = set(tag, like(tag.value, is.tag))
        if (only) candidates.push(only)
        continue
      }
      const both = [set(name, is.name.slice(start.length)), set(tag, like(tag.value, is.tag))]
      candidates.push(together(both.filter(it => it !== null)))
    }
  }
  return candidates
}

/** An item or field that was taken out of a list or map, which the values hold as it is rendered. */
function fromLists(
  nodes: readonly ValueNode[],
  before: unknown,
  wanted: unknown,
  set: Set,
): readonly Candidate[] {
  if (wanted !== undefined || typeof before !== 'object') return []
  return nodes.filter(it => looksLike(it.value, before)).flatMap(it => set(it, undefined) ?? [])
}

interface Probe {
  readonly scene: Scene
  readonly before: unknown
  readonly set: Set
  readonly attempt: (candidate: Candidate) => Promise<Tried>
}

/** Gives a value live's own and looks how the field moves; when it moves otherwise, works out what gives live's. */
async function probe(node: ValueNode, { scene, before, set, attempt }: Probe): Promise<boolean> {
  const { wanted } = scene
  const guess = guessFor(node, wanted.value)
  const candidate = guess === undefined ? null : set(node, guess)
  if (!candidate) return false
  const tried = await attempt(candidate)
  if (tried.kind === 'proven') return true
  if (tried.kind !== 'rendered') return false
  const object = tried.objects.find(it => it.id === wanted.id)?.object
  const moved = object && valueAtSteps(object, wanted.steps)
  if (moved === undefined || looksLike(moved, before)) return false
  const scaled = inProportion({ from: node.value, to: guess }, { before, moved, wanted: wanted.value })
  for (const value of [...changed(guess, moved, wanted.value), ...scaled]) {
    const better = value === undefined || value === guess ? null : set(node, value)
    if (better && (await attempt(better)).kind === 'proven') return true
  }
  return false
}

async function firstOf(
  nodes: readonly ValueNode[],
  candidate: (node: ValueNode) => Candidate | null,
  attempt: Probe['attempt'],
): Promise<boolean> {
  for (const node of nodes) {
    const it = candidate(node)
    if (it && (await attempt(it)).kind === 'proven') return true
  }
  return false
}

/** Values whose names speak of the field or its object come first. */
function byLikeness({ wanted }: Scene): (a: ValueNode, b: ValueNode) => number {
  const { kind, name } = parseIdentity(wanted.id)
  const fields = wanted.steps.map(it => it.replace(/^f:/, '').toLowerCase())
  const about = [kind, ...name.split('-'), ...fields].map(it => it.toLowerCase())
  const last = fields.at(-1) ?? 'enabled'
  const score = ({ path }: ValueNode) => {
    const names = path.map(it => String(it).toLowerCase())
    const own = names.at(-1) ?? ''
    const same = own === last ? 8 : own.includes(last) || last.includes(own) ? 4 : 0
    return (
      same +
      names.filter(it => about.some(word => word.length > 2 && (it.includes(word) || word.includes(it))))
        .length
    )
  }
  const scores = new Map<ValueNode, number>()
  const scored = (node: ValueNode) => {
    const known = scores.get(node) ?? score(node)
    scores.set(node, known)
    return known
  }
  return (a, b) => scored(b) - scored(a) || a.path.length - b.path.length
}

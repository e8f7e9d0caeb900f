import { canonicalJson, isJsonObject, property } from './json.ts'

/**
 * Keys of the associative lists of built-in kinds, by the list's field name. `ports` differs by kind, so the first
 * candidate that every item fits is taken. Source: `x-kubernetes-list-map-keys` in the OpenAPI of Kubernetes 1.36.
 */
const knownKeys: ReadonlyMap<string, readonly (readonly string[])[]> = new Map(
  Object.entries({
    containers: [['name']],
    initContainers: [['name']],
    ephemeralContainers: [['name']],
    volumes: [['name']],
    imagePullSecrets: [['name']],
    secrets: [['name']],
    env: [['name']],
    ports: [['containerPort', 'protocol'], ['port', 'protocol'], ['port']],
    volumeMounts: [['mountPath']],
    volumeDevices: [['devicePath']],
    hostAliases: [['ip']],
    topologySpreadConstraints: [['topologyKey', 'whenUnsatisfiable']],
    conditions: [['type']],
    ownerReferences: [['uid']],
    webhooks: [['name']],
    versions: [['name']],
    resourceClaims: [['name']],
    resizePolicy: [['resourceName']],
  }),
)

/** Lists of texts that the server merges as sets. */
const knownSets: ReadonlySet<string> = new Set(['finalizers'])

/** Whether the server keeps items of other managers in a list of texts. */
export function isServerSet(name: string, list: readonly unknown[]): boolean {
  return knownSets.has(name) && list.every(item => typeof item === 'string')
}

/** What an item that leaves a key out means. */
const keyDefaults: ReadonlyMap<string, unknown> = new Map([['protocol', 'TCP']])

/** How items of other lists are told apart for display, when every item has one and none has it twice. */
const likelyKeys = [['name'], ['host'], ['key'], ['id'], ['kind', 'namespace', 'name']] as const

/**
 * The fields that tell the items of a list apart, or null when its items are told apart by position only. `name` is the
 * list's field name; all of `lists` have to fit.
 */
export function mergeKeysOf(
  name: string,
  ...lists: readonly (readonly unknown[])[]
): readonly string[] | null {
  return find(knownKeys.get(name) ?? [], lists) ?? find(likelyKeys, lists)
}

/** Like {@link mergeKeysOf}, for the lists that the server is known to merge by key. */
export function serverMergeKeysOf(
  name: string,
  ...lists: readonly (readonly unknown[])[]
): readonly string[] | null {
  return find(knownKeys.get(name) ?? [], lists)
}

function find(
  candidates: readonly (readonly string[])[],
  lists: readonly (readonly unknown[])[],
): readonly string[] | null {
  return candidates.find(keys => lists.every(list => tellsApart(keys, list))) ?? null
}

function tellsApart(keys: readonly string[], list: readonly unknown[]): boolean {
  const seen = new Set<string>()
  for (const item of list) {
    const key = itemKey(item, keys)
    if (key === null || seen.has(key)) return false
    seen.add(key)
  }
  return true
}

/** Canonical text of an item's key, e.g. `{"name":"app"}`; null when the item has none. */
export function itemKey(item: unknown, keys: readonly string[]): string | null {
  if (!isJsonObject(item)) return null
  const key: Record<string, unknown> = {}
  for (const name of keys) {
    const value = keyValue(item, name)
    if (value === null || value === undefined || typeof value === 'object') return null
    key[name] = value
  }
  return canonicalJson(key)
}

/** Whether an item has all the values of a key, defaults counted in. */
export function hasKey(item: unknown, key: Readonly<Record<string, unknown>>): boolean {
  return isJsonObject(item) && Object.keys(key).every(name => keyValue(item, name) === key[name])
}

/** What an item that leaves this key out means; undefined when it has to be said. */
export function keyDefault(name: string): unknown {
  return keyDefaults.get(name)
}

function keyValue(item: unknown, name: string): unknown {
  return property(item, name) ?? keyDefault(name)
}

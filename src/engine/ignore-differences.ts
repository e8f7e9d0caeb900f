import type { IgnoreDifference } from '../model/application.ts'
import { canonicalGroup, type Identity } from '../model/identity.ts'
import type { KubernetesObject } from '../model/object.ts'
import type { Problem, SourceLocation } from '../model/problem.ts'
import { allOwnersOf, isUs, liesInAtomic, managedFields, ownedLeaves, weOwn } from './field-set.ts'
import { isJsonObject } from './json.ts'
import { parseJqPath } from './jq-path.ts'
import { itemKey, mergeKeysOf } from './merge-keys.ts'
import { carriesBundle } from './normalise.ts'
import { parsePointer, valueAt, withoutAt } from './pointer.ts'
import { indexOfStep, parseStepValue, type Steps, valueAtSteps } from './steps.ts'
import { withValueAtSteps } from './with-value.ts'

/**
 * The object as far as it may be written and compared: fields that the rules ignore are taken out. A field that we own in live, or
 * that is part of a list or map written as a whole, takes live's value instead, for leaving it out would remove it. An object that does not exist
 * yet is written whole. Idempotent.
 */
export function withoutIgnored(
  object: KubernetesObject,
  live: KubernetesObject | null,
  rules: readonly IgnoreDifference[],
  identity: Identity,
): KubernetesObject {
  if (!live) return object
  return ignoredPlaces(object, live, rules, identity).reduce((kept, steps) => {
    const value = valueAtSteps(live, steps)
    // A list or map that is written as a whole cannot be written without one of its items; what has positions for names is one.
    const isPart = liesInAtomic(live, steps) || steps.some(it => it.startsWith('i:'))
    if (value !== undefined && (weOwn(live, steps) || isPart))
      return withValueAtSteps(kept, steps, value) as KubernetesObject
    return removeAt(kept, steps)
  }, object)
}

/**
 * The object with live's values wherever the rules ignore it, so that a comparison with live finds nothing there.
 */
export function withLiveWhereIgnored(
  object: KubernetesObject,
  live: KubernetesObject,
  rules: readonly IgnoreDifference[],
  identity: Identity,
): KubernetesObject {
  return ignoredPlaces(object, live, rules, identity).reduce((kept, steps) => {
    const value = valueAtSteps(live, steps)
    return value === undefined
      ? removeAt(kept, steps)
      : (withValueAtSteps(kept, steps, value) as KubernetesObject)
  }, object)
}

/** What the rules ask for and we cannot do, each a problem that names the rule. */
export function ignoreProblems(
  rules: readonly IgnoreDifference[],
  definedIn: SourceLocation | null,
): readonly Problem[] {
  const problem = (message: string, hint: string): Problem => ({
    code: 'unsupported-ignore',
    message,
    location: definedIn,
    hint,
  })
  return rules.flatMap(rule => [
    ...rule.jqPathExpressions
      .filter(expression => !parseJqPath(expression))
      .map(expression =>
        problem(
          `ignoreDifferences of ${rule.kind}: the jq expression ${expression} is not understood`,
          'Fields, [], [0] and select(.name == "x") are; or use jsonPointers',
        ),
      ),
    ...rule.jsonPointers
      .filter(pointer => !pointer.startsWith('/') || pointer === '/')
      .map(pointer =>
        problem(`ignoreDifferences of ${rule.kind}: "${pointer}" is not a JSON pointer`, 'Begin it with /'),
      ),
  ])
}

function ruleApplies(rule: IgnoreDifference, identity: Identity): boolean {
  return (
    fits(rule.group && canonicalGroup(rule.group, identity.kind), identity.group) &&
    fits(rule.kind, identity.kind) &&
    fits(rule.name, identity.name) &&
    fits(rule.namespace, identity.namespace)
  )
}

/** Nothing fits everything; `*` stands for any text, as in Argo CD. */
function fits(pattern: string | null, text: string): boolean {
  if (!pattern || pattern === '*' || pattern === text) return true
  const [first = '', ...parts] = pattern.split('*')
  const last = parts.pop()
  if (last === undefined || !text.startsWith(first)) return false
  let at = first.length
  for (const part of parts) {
    const found = text.indexOf(part, at)
    if (found < 0) return false
    at = found + part.length
  }
  return text.length - last.length >= at && text.endsWith(last)
}

function ignoredPlaces(
  object: KubernetesObject,
  live: KubernetesObject,
  rules: readonly IgnoreDifference[],
  identity: Identity,
): readonly Steps[] {
  const asked = rules
    .filter(rule => ruleApplies(rule, identity))
    .flatMap(rule => [
      ...rule.jsonPointers.flatMap(pointer => pointerPlaces(pointer, object, live)),
      ...rule.jqPathExpressions.flatMap(expression => jqPlaces(expression, object, live)),
      ...managerPlaces(rule.managedFieldsManagers, live),
    ])
  return [...asked, ...injectedBundles(live)]
}

/** Every caBundle that a controller has put in, over whatever stands in Git: each sync would break what it secures. */
function injectedBundles(live: KubernetesObject): readonly Steps[] {
  if (!carriesBundle(live)) return []
  return bundlePlaces(live, []).flatMap(tokens => {
    const steps = keyedSteps(live, tokens)
    const [owner] = allOwnersOf(live, steps)
    return owner && !isUs(owner) && !owner.manager.startsWith('kubectl') ? [steps] : []
  })
}

function bundlePlaces(value: unknown, tokens: readonly string[]): readonly (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, item]) => {
    if (name === 'managedFields') return []
    return name === 'caBundle' ? [[...tokens, name]] : bundlePlaces(item, [...tokens, name])
  })
}

function pointerPlaces(pointer: string, ...objects: readonly KubernetesObject[]): readonly Steps[] {
  if (!pointer.startsWith('/') || pointer === '/') return []
  const tokens = parsePointer(pointer)
  return objects
    .filter(object => valueAt(object, tokens) !== undefined)
    .map(object => keyedSteps(object, tokens))
}

function jqPlaces(expression: string, ...objects: readonly KubernetesObject[]): readonly Steps[] {
  const path = parseJqPath(expression)
  if (!path) return []
  return objects.flatMap(object => path.find(object).map(tokens => keyedSteps(object, tokens)))
}

function managerPlaces(managers: readonly string[], live: KubernetesObject): readonly Steps[] {
  return managedFields(live)
    .filter(entry => managers.includes(entry.manager ?? ''))
    .flatMap(ownedLeaves)
    .filter(steps => !isKeyField(steps))
}

/** A list item without its key would be none. */
function isKeyField(steps: Steps): boolean {
  const key = parseStepValue(steps.at(-2)?.match(/^k:(.*)$/s)?.[1] ?? 'null')
  return isJsonObject(key) && Object.hasOwn(key, steps.at(-1)?.slice(2) ?? '')
}

/** Tokens into an object as steps, list items by their key where they have one: the same place in another object. */
function keyedSteps(object: unknown, tokens: readonly string[]): Steps {
  const steps: string[] = []
  let value = object
  let name = ''
  for (const token of tokens) {
    if (Array.isArray(value)) {
      const keys = mergeKeysOf(name, value)
      const item: unknown = value[Number(token)]
      steps.push(keys ? `k:${itemKey(item, keys)}` : `i:${token}`)
      value = item
      name = ''
    } else {
      steps.push(`f:${token}`)
      value = valueAt(value, [token])
      name = token
    }
  }
  return steps
}

function removeAt(object: KubernetesObject, steps: Steps): KubernetesObject {
  const tokens: string[] = []
  let value: unknown = object
  for (const step of steps) {
    const token = Array.isArray(value) ? String(indexOfStep(value, step)) : step.slice(2)
    if (token === '-1') return object
    tokens.push(token)
    value = valueAt(value, [token])
  }
  return withoutAt(object, tokens) as KubernetesObject
}

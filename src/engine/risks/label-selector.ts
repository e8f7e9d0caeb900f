import { isJsonObject, type JsonObject, listAt, propertyAt, textAt } from '../json.ts'

/** Whether a `LabelSelector` of Kubernetes selects these labels. An empty one selects everything, a missing one nothing. */
export function selects(selector: unknown, labels: JsonObject): boolean {
  if (!isJsonObject(selector)) return false
  const exact = propertyAt(selector, 'matchLabels')
  const all = isJsonObject(exact) ? Object.entries(exact) : []
  return (
    all.every(([name, value]) => labels[name] === value) &&
    listAt(selector, 'matchExpressions').every(expression => holds(expression, labels))
  )
}

function holds(expression: unknown, labels: JsonObject): boolean {
  const key = textAt(expression, 'key') ?? ''
  const values = listAt(expression, 'values')
  const isThere = Object.hasOwn(labels, key)
  switch (textAt(expression, 'operator') ?? '') {
    case 'In':
      return isThere && values.includes(labels[key])
    case 'NotIn':
      return !isThere || !values.includes(labels[key])
    case 'Exists':
      return isThere
    case 'DoesNotExist':
      return !isThere
    default:
      return false
  }
}

import { closest } from '../closest.ts'
import type { CheckContext, Finding } from './finding.ts'
import { formatFieldPath, kindOfValue, type Path } from './words.ts'

/** Source: k8s.io/apimachinery/pkg/api/resource, the grammar of Quantity. */
const form = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[KMGTPE]i|[numkMGTPE]|[eE][+-]?\d+)?$/
const units = ['Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei', 'm', 'k', 'M', 'G', 'T', 'P', 'E']

/** `cpu: 100m` and `memory: 1.5Gi` are quantities, as are plain numbers; `512MB` is none. */
export function quantityFinding(
  value: unknown,
  path: Path,
  { secret }: Pick<CheckContext, 'secret'>,
): readonly Finding[] {
  if (typeof value === 'number' || (typeof value === 'string' && form.test(value))) return []
  const name = formatFieldPath(path)
  if (typeof value !== 'string') {
    const message = `${name} must be a quantity such as 500m or 2Gi, but is ${kindOfValue(value)}`
    return [{ code: 'wrong-type', path, message, hint: null }]
  }
  const shown = secret || value.length > 40 ? 'a text' : `"${value}"`
  const message = `${name} must be a quantity such as 500m or 2Gi, but is ${shown}`
  return [{ code: 'invalid-value', path, message, hint: meant(value) }]
}

/** `512MB` was meant to be 512M, `2gb` 2G, `64mi` 64Mi. */
function meant(value: string): string | null {
  const [, amount, unit] = /^([+-]?\d*\.?\d+)\s*([A-Za-z]+)$/.exec(value.trim()) ?? []
  if (amount === undefined || unit === undefined) {
    return /^[+-]?\d*\.?\d+\s+$|^\s+\d/.test(value) ? 'take away the spaces' : null
  }
  const bare = unit.replace(/(?<=.)(b|B|bytes?)$/, '')
  const known =
    units.find(it => it === bare) ??
    units.find(it => it.toLowerCase() === bare.toLowerCase() && it !== 'm') ??
    closest(bare, units)
  return known ? `did you mean "${amount}${known}"?` : null
}

import { type Condition, type Expression, partsOf } from '../../model/cel.ts'

/** How much there is to look at. */
export interface Size {
  /** Values of any kind, with a little for long texts. */
  values: number
  characters: number
  /** Items of the longest list or map. */
  longest: number
}

export function sizeOf(value: unknown, size: Size = { values: 0, characters: 0, longest: 1 }): Size {
  size.values++
  if (typeof value === 'string') {
    size.characters += value.length
    size.values += value.length / 256
  } else if (typeof value === 'object' && value !== null) {
    const items = Object.values(value)
    size.longest = Math.max(size.longest, items.length)
    for (const item of items) sizeOf(item, size)
  }
  return size
}

/** An upper bound of what an evaluation does, in parts of expressions and values that are looked at. */
export function stepsOf({ expression }: Condition, size: Size): number {
  const growth = 1 + growthOf(expression)
  return steps(expression, {
    values: size.values * growth,
    characters: size.characters * growth,
    longest: size.longest * growth,
  })
}

function steps(expression: Expression, size: Size): number {
  const sum = partsOf(expression).reduce((total, part) => total + steps(part, size), 1)
  const { case: kind, value } = expression.exprKind
  if (kind === 'callExpr') return sum + callSteps(value.function, value.args, size)
  if (kind !== 'comprehensionExpr') return sum
  // A list that a loop makes grows item by item, and is copied each time.
  const copies = value.accuInit?.exprKind.case === 'listExpr' ? size.longest ** 2 : 0
  const once = value.iterRange ? steps(value.iterRange, size) : 0
  return once + sum * size.longest + copies
}

function callSteps(name: string, args: readonly Expression[], size: Size): number {
  switch (name) {
    case '_==_':
    case '_!=_':
      // Beside a scalar that is written out, nothing is looked at in depth.
      return args.some(isScalar) ? 1 : size.values
    case '@in':
    case 'contains':
    case 'startsWith':
    case 'endsWith':
    case 'string':
      return size.values
    case 'matches': {
      const pattern = args.at(-1)?.exprKind
      const written = pattern?.case === 'constExpr' ? pattern.value.constantKind.value : ''
      const text = typeof written === 'string' ? written : ''
      return size.characters * Math.max(1, text.length / 8)
    }
    default:
      return 1
  }
}

function isScalar({ exprKind }: Expression): boolean {
  return exprKind.case === 'constExpr'
}

/** By how many of its parts a condition can make a text or a list longer than those of the object. */
function growthOf(expression: Expression): number {
  const inner = partsOf(expression).reduce((total, part) => total + growthOf(part), 0)
  const { case: kind, value } = expression.exprKind
  if (kind === 'callExpr' && value.function === '_+_') {
    const isOfLoop =
      value.args[0]?.exprKind.case === 'identExpr' && value.args[0].exprKind.value.name.startsWith('@')
    return isOfLoop || value.args.some(isScalar) ? inner : inner + 1
  }
  if (kind === 'listExpr')
    return inner + value.elements.filter(it => !isScalar(it) && it.exprKind.case !== 'identExpr').length
  return kind === 'structExpr' ? inner + value.entries.length : inner
}

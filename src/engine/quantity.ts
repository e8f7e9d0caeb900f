/** Suffixes of a Kubernetes quantity. Source: k8s.io/apimachinery/pkg/api/resource/suffix.go. */
const binary: Readonly<Record<string, bigint>> = {
  Ki: 1n << 10n,
  Mi: 1n << 20n,
  Gi: 1n << 30n,
  Ti: 1n << 40n,
  Pi: 1n << 50n,
  Ei: 1n << 60n,
}
const decimal: Readonly<Record<string, number>> = {
  n: -9,
  u: -6,
  m: -3,
  '': 0,
  k: 3,
  M: 6,
  G: 9,
  T: 12,
  P: 15,
  E: 18,
}

const pattern = /^([+-]?)(\d*)(?:\.(\d*))?(?:([KMGTPE]i)|([numkMGTPE])|[eE]([+-]?\d{1,3}))?$/

/** Nano-units of one, so that every quantity Kubernetes can hold is a whole number. */
const scale = 9

/** A quantity in nano-units; null when the text is none. Digits below a nano are rounded up, as the server does. */
export function quantityOf(value: unknown): bigint | null {
  if (typeof value !== 'string' && typeof value !== 'number') return null
  const match = pattern.exec(String(value))
  if (!match) return null
  const [, sign, whole = '', fraction = '', binarySuffix, decimalSuffix = '', exponent] = match
  if (whole + fraction === '') return null
  const power = (exponent === undefined ? (decimal[decimalSuffix] ?? 0) : Number(exponent)) + scale
  const digits = BigInt(whole + fraction) * (binarySuffix ? (binary[binarySuffix] ?? 1n) : 1n)
  const shift = power - fraction.length
  const size = shift >= 0 ? digits * 10n ** BigInt(shift) : divideUp(digits, 10n ** BigInt(-shift))
  return sign === '-' ? -size : size
}

function divideUp(dividend: bigint, divisor: bigint): bigint {
  return (dividend + divisor - 1n) / divisor
}

/** Whether two values are the same quantity: `0.1` and `100m`, `1Gi` and `1024Mi`. False when one is no quantity. */
export function sameQuantity(a: unknown, b: unknown): boolean {
  const size = quantityOf(a)
  return size !== null && size === quantityOf(b)
}

const quantityFields: ReadonlySet<string> = new Set([
  'limits',
  'requests',
  'hard',
  'capacity',
  'overhead',
  'sizeLimit',
  'averageValue',
])

/** Whether a field of a built-in kind is a quantity or a map of them. Source: the OpenAPI of Kubernetes 1.36. */
export function holdsQuantities(field: string): boolean {
  return quantityFields.has(field)
}

/** Nano-units of a resource as people write them: memory and storage in Mi or Gi, all else as a number, `100m` below one. */
export function formatAmount(resource: string, amount: bigint): string {
  if (/memory|storage$/.test(resource)) {
    for (const suffix of ['Gi', 'Mi', 'Ki']) {
      const size = (binary[suffix] ?? 1n) * 10n ** BigInt(scale)
      if (amount !== 0n && amount % size === 0n) return `${amount / size}${suffix}`
    }
  }
  const unit = 10n ** BigInt(scale)
  if (amount % unit === 0n) return String(amount / unit)
  return `${divideUp(amount, unit / 1000n)}m`
}

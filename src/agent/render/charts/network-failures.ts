import { AddressRefused } from './addresses.ts'
import { ChartError } from './charts.ts'

const untrusted = new Set([
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
])

/** What became of a request that got no answer, in words, whichever client made it. */
export function unreachable(
  what: string,
  host: string,
  failure: { readonly cause: unknown; readonly seconds: number },
): ChartError {
  const { cause, seconds } = failure
  const codes = codesOf(cause)
  const error = (message: string, hint: string | null) =>
    new ChartError('chart-unreachable', `${what}: ${message}`, hint, { cause })
  const certificate = codes.find(code => untrusted.has(code))
  if (certificate !== undefined) {
    return error(
      `the certificate of ${host} is not trusted (${certificate})`,
      "name its authority as caFile in the agent's list of chart hosts",
    )
  }
  if (codes.includes(AddressRefused.name)) {
    const message = `${host}, or where it sends us, has an address that is not public`
    return new ChartError(
      'chart-host',
      `${what}: ${message}`,
      "if that is right, name the host under otherHosts in the agent's list of chart hosts",
      { cause },
    )
  }
  const passing = 'try again; if it stays so, see whether the agent may reach that host'
  if (codes.some(code => /TIMEOUT|Timeout|ABORT_ERR|AbortError/.test(code))) {
    return error(`${host} did not answer in ${seconds} s`, passing)
  }
  if (codes.includes('ENOTFOUND'))
    return error(`the host ${host} is not known`, 'see whether its name is right')
  if (codes.some(code => code === 'EPROTO' || code.startsWith('ERR_SSL'))) {
    return error(
      `${host} speaks no TLS`,
      'name it as http:// (or with plainHttp) in the list of chart hosts if that is meant',
    )
  }
  return error(`${host} cannot be reached${codes[0] ? ` (${codes[0]})` : ''}`, passing)
}

/** Codes and names of an error and of what caused it. */
function codesOf(error: unknown, depth = 0): readonly string[] {
  if (!(error instanceof Error) || depth > 5) return []
  const { code } = error as { code?: unknown }
  const inner = error instanceof AggregateError ? (error.errors as unknown[]) : []
  return [
    ...(typeof code === 'string' ? [code] : []),
    ...[error.cause, ...inner].flatMap(it => codesOf(it, depth + 1)),
    error.name,
  ].filter(it => it !== 'Error')
}

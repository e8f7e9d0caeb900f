import { authorityOf, basicAuthorization, wantsCredentials } from './access.ts'
import { ChartError } from './charts.ts'
import type { HttpClient } from './http-client.ts'
import type { FileReader } from './repository.ts'

/** Files of classic repositories, with the credentials of their host. */
export function createHttpReader(http: HttpClient): FileReader {
  return async ({ access, what, maxBytes }, signal) => {
    const { scheme, host, path, query } = access.url
    const answer = await http.get(
      {
        url: new URL(`${scheme}://${host}/${path}${query}`),
        what,
        authorization: await basicAuthorization(access.entry),
        ca: await authorityOf(access.entry),
        reach: access.reach,
        maxBytes,
      },
      signal,
    )
    switch (answer.status) {
      case 200:
        return answer.body
      case 404:
      case 410:
        return 'missing'
      case 401:
      case 403:
        throw wantsCredentials(what, access, answer.status)
      default:
        throw answered(what, host, answer.status)
    }
  }
}

export function answered(what: string, host: string, status: number): ChartError {
  const hint = status >= 500 || status === 429 ? 'try again later: that is for its owner to mend' : null
  return new ChartError('chart-unreachable', `${what}: ${host} answers ${status}`, hint)
}

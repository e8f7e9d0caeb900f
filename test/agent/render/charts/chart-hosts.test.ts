import { describe, expect, test } from 'vitest'
import {
  closedChartHosts,
  parseChartHosts,
  readChartHosts,
} from '../../../../src/agent/render/charts/chart-hosts.ts'
import { parseChartUrl, shown } from '../../../../src/agent/render/charts/chart-url.ts'
import { formatProblem, InvalidInputError } from '../../../../src/model/problem.ts'

const good = `
charts:
  - url: https://charts.example.com/stable
    name: stable
  - url: https://charts.example.com/stable/team
    usernameFile: /etc/charts/user
    passwordFile: /etc/charts/password
  - url: oci://registry.example.com:5000/charts
    plainHttp: true
  - url: docker.io/bitnamicharts
  - url: s3://bucket/prefix
    region: eu-central-1
`

describe('the list of chart hosts', () => {
  const hosts = closedChartHosts(parseChartHosts(good, 'charts.yaml'))
  const entryFor = (url: string) => {
    const entry = hosts.entryFor(parseChartUrl(url))
    return entry && shown(entry.url)
  }

  test.each([
    ['https://charts.example.com/stable', 'https://charts.example.com/stable'],
    ['https://CHARTS.example.com:443/stable/', 'https://charts.example.com/stable'],
    ['https://charts.example.com/stable/web?a=b', 'https://charts.example.com/stable'],
    ['https://charts.example.com/stable/team/web', 'https://charts.example.com/stable/team'],
    ['https://charts.example.com/stablemate', null],
    ['https://charts.example.com/stable/../private', null],
    ['https://charts.example.com/stable/%2e%2e/private', null],
    ['https://charts.example.com:8443/stable', null],
    ['http://charts.example.com/stable', null],
    ['https://charts.example.com.evil.example/stable', null],
    ['oci://registry.example.com:5000/charts/web', 'oci://registry.example.com:5000/charts'],
    ['registry.example.com:5000/charts', 'oci://registry.example.com:5000/charts'],
    ['oci://registry.example.com/charts', null],
    ['oci://registry-1.docker.io/bitnamicharts/nginx', 'oci://registry-1.docker.io/bitnamicharts'],
    ['oci://index.docker.io/bitnamicharts', 'oci://registry-1.docker.io/bitnamicharts'],
    ['s3://bucket/prefix/more', 's3://bucket/prefix'],
    ['s3://bucket/prefixes', null],
    ['s3://other/prefix', null],
  ])('%s is below %s', (url, expected) => {
    expect(entryFor(url)).toBe(expected)
  })

  test('may be empty', () => {
    expect(parseChartHosts('', 'charts.yaml')).toEqual([])
    expect(parseChartHosts('charts: []\n', 'charts.yaml')).toEqual([])
  })

  test('tells all that is wrong with it, with lines', () => {
    const text = [
      'charts:',
      '  - url: ftp://charts.example.com',
      '  - url: https://a.example.com',
      '    usernameFile: /user',
      '  - url: https://b.example.com',
      '    region: eu-central-1',
      '  - url: s3://bucket',
      '    anonymous: true',
      '    accessKeyIdFile: /key',
      '    secretAccessKeyFile: /secret',
      '  - url: https://a.example.com/',
    ].join('\n')
    expect(problemsOf(text)).toEqual([
      expect.stringMatching(/^charts\.yaml:2:5: charts\.0\.url: .*its scheme is none of https, oci and s3/),
      'charts.yaml:3:5: charts.1: usernameFile and passwordFile go together',
      'charts.yaml:5:5: charts.2: region has no meaning for https://',
      'charts.yaml:7:5: charts.3: anonymous and accessKeyIdFile exclude each other',
      expect.stringContaining('https://a.example.com is listed twice'),
    ])
  })

  test.each([
    [
      'a field that nobody knows',
      'charts:\n- url: https://a.example.com\n  pasword: x\n',
      /^charts\.yaml:2:\d: .*pasword/,
    ],
    [
      'a password in it',
      'charts:\n- url: https://ada:hunter22@a.example.com\n',
      /^charts\.yaml:2:3: .*user or a password/,
    ],
    ['what is no YAML', 'charts: [\n', /^charts\.yaml:\d/],
    ['a list of texts', 'charts: [https://a.example.com]\n', /charts\.0: /],
  ])('refuses %s', (_, text, expected) => {
    const [problem] = problemsOf(text)
    expect(problem).toMatch(expected)
    expect(problem).not.toContain('hunter22')
  })

  test('that is not there is told', async () => {
    await expect(readChartHosts('/no/such/charts.yaml')).rejects.toThrow(
      'the list of chart hosts /no/such/charts.yaml cannot be read',
    )
  })
})

function problemsOf(text: string): readonly string[] {
  try {
    parseChartHosts(text, 'charts.yaml')
  } catch (error) {
    if (error instanceof InvalidInputError) return error.problems.map(formatProblem)
    throw error
  }
  return []
}

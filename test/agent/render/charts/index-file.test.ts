import { describe, expect, test } from 'vitest'
import { versionsIn } from '../../../../src/agent/render/charts/index-file.ts'

const digest = 'ab'.repeat(32)
const entry = { version: '1.0.0', urls: ['web-1.0.0.tgz'], digest }

const asHelm = `apiVersion: v1
entries:
  redis:
  - name: redis
    version: 9.0.0
    description: |-
      entries:
        web:
        - version: 6.6.6
    urls:
    - redis-9.0.0.tgz
  web:
  - annotations:
      notes: |
        version: 6.6.6
      "urls": no
    # a comment
    apiVersion: v2
    description: >-
      of many words, and
      version: 7.7.7
    keywords:
    - version
    - urls
    digest: sha256:${digest.toUpperCase()}
    name: web
    urls:
    - web-1.0.0.tgz

    'version': "1.0.0"
  web-more:
  - version: 2.0.0
    urls: [x]
generated: "2026-01-01T00:00:00Z"
`

describe('the versions of a chart in an index', () => {
  test.each([
    ['as helm writes it', asHelm],
    ['with Windows line ends', asHelm.replaceAll('\n', '\r\n')],
    ['in JSON', JSON.stringify({ entries: { web: [entry] } })],
    ['in flow style', `entries: { web: [${JSON.stringify(entry)}] }\n`],
    ['indented by four', `entries:\n    web:\n        - ${JSON.stringify(entry)}\n`],
    ['with a quoted name', `entries:\n  "web":\n  - ${JSON.stringify(entry)}\n`],
    ['with what is no entry beside it', JSON.stringify({ entries: { web: [null, { urls: [] }, entry] } })],
  ])('%s', (_, text) => {
    expect(versionsIn(text, 'web')).toEqual([entry])
  })

  test.each([
    ['a chart that is not in it', asHelm, 'nginx', null],
    ['a name of JavaScript', asHelm, 'constructor', null],
    ['part of a name', asHelm, 'we', null],
    ['no charts at all', 'apiVersion: v1\nentries: {}\n', 'web', null],
    ['no index', '<!doctype html>\n<p>a: b: c', 'web', 'broken'],
    ['nothing', '', 'web', 'broken'],
    ['broken JSON', '{"entries": ', 'web', 'broken'],
  ])('%s', (_, text, chart, expected) => {
    expect(versionsIn(text, chart)).toBe(expected)
  })

  test('of one chart in a large index come without reading all of it', () => {
    const others = Array.from({ length: 2_000 }, (_, chart) =>
      [
        `  chart-${chart}:`,
        ...Array.from({ length: 50 }, (_it, version) => `  - version: 1.${version}.0\n    urls: [a, b]`),
      ].join('\n'),
    )
    const text = `entries:\n${others.join('\n')}\n  web:\n  - ${JSON.stringify(entry)}\n`
    const started = performance.now()
    expect(versionsIn(text, 'web')).toEqual([entry])
    expect(versionsIn(text, 'none')).toBeNull()
    // All of it takes tens of seconds.
    expect(performance.now() - started).toBeLessThan(2_000)
  })
})

import { expect, test } from 'vitest'
import { mayReach, type Reach, refusesLiteral } from '../../../../src/agent/render/charts/addresses.ts'

test.each<[string, readonly Reach[]]>([
  ['93.184.216.34', ['named', 'written', 'told']],
  ['2606:2800:220:1:248:1893:25c8:1946', ['named', 'written', 'told']],
  ['10.1.2.3', ['named', 'written']],
  ['172.31.0.1', ['named', 'written']],
  ['192.168.1.1', ['named', 'written']],
  ['100.64.0.1', ['named', 'written']],
  ['127.0.0.1', ['named', 'written']],
  ['::1', ['named', 'written']],
  ['fd12:3456::1', ['named', 'written']],
  ['::ffff:10.1.2.3', ['named', 'written']],
  ['::ffff:93.184.216.34', ['named', 'written', 'told']],
  ['64:ff9b::10.1.2.3', ['named', 'written']],
  ['169.254.169.254', ['named']],
  ['::ffff:169.254.169.254', ['named']],
  ['::ffff:a9fe:a9fe', ['named']],
  ['fe80::1', ['named']],
  ['fd00:ec2::254', ['named']],
  ['0.0.0.0', ['named']],
  ['::', ['named']],
])('%s may be reached when it is %s', (address, expected) => {
  const reaches = ['named', 'written', 'told'] as const
  expect(reaches.filter(reach => mayReach(address, reach))).toEqual(expected)
})

test.each([
  // The URL parser writes all of them as the address that they are.
  ['https://169.254.169.254/', true],
  ['https://2852039166/', true],
  ['https://0xa9fea9fe/', true],
  ['https://[::ffff:169.254.169.254]/', true],
  ['https://example.com/', false],
])('%s is refused without looking a name up: %s', (url, expected) => {
  expect(refusesLiteral(new URL(url).hostname, 'told')).toBe(expected)
})

import { describe, expect, test } from 'vitest'
import { toYaml, unifiedDiff } from '../../src/engine/diff-text.ts'
import type { KubernetesObject } from '../../src/model/object.ts'
import { configMap, deployment } from '../builders/objects.ts'

describe('a diff', () => {
  test('shows three lines around a change and names the runs it leaves out', () => {
    const lines = unifiedDiff(deployment({ replicas: 2 }), deployment({ replicas: 3 })).split('\n')
    expect(lines).toEqual([
      '@@ 3 unchanged lines @@',
      '   name: frontend',
      '   namespace: shop',
      ' spec:',
      '-  replicas: 2',
      '+  replicas: 3',
      '   selector:',
      '     matchLabels:',
      '       app: frontend',
      '@@ 8 unchanged lines @@',
    ])
  })

  test('is empty when nothing differs', () => {
    expect(unifiedDiff(deployment(), deployment())).toBe('')
    expect(unifiedDiff(null, null)).toBe('')
  })

  test('does not depend on the order of the keys', () => {
    const reversed = Object.fromEntries(
      Object.entries(deployment()).toReversed(),
    ) as unknown as KubernetesObject
    expect(unifiedDiff(deployment(), reversed)).toBe('')
  })

  test.each([
    { what: 'new', before: null, after: configMap(), sign: '+' },
    { what: 'gone', before: configMap(), after: null, sign: '-' },
  ])('of an object that is $what has every line with $sign', ({ before, after, sign }) => {
    const lines = unifiedDiff(before, after).split('\n')
    expect(lines).toHaveLength(7)
    expect(lines.every(line => line.startsWith(sign))).toBe(true)
  })

  test('of texts with many lines is told line by line', () => {
    const text = (middle: string): KubernetesObject =>
      configMap({ data: { 'app.ini': `one\n${middle}\nthree\n` } })
    const diff = unifiedDiff(text('two'), text('zwei'))
    expect(diff.split('\n').filter(line => !line.startsWith(' ') && !line.startsWith('@@'))).toEqual([
      '-    two',
      '+    zwei',
    ])
  })

  test('of two huge objects that have nothing in common ends soon', () => {
    const huge = (word: string): KubernetesObject =>
      configMap({
        data: Object.fromEntries(Array.from({ length: 20_000 }, (_, at) => [`${word}${at}`, word])),
      })
    expect(unifiedDiff(huge('a'), huge('b')).split('\n').length).toBeGreaterThan(40_000)
  })
})

describe('YAML for people', () => {
  test('begins with apiVersion, kind and metadata, and puts names first', () => {
    const keys = toYaml(deployment())
      .split('\n')
      .map(line => line.trim().replace(/:.*/, ''))
    expect(keys.slice(0, 5)).toEqual(['apiVersion', 'kind', 'metadata', 'name', 'namespace'])
    expect(keys.indexOf('- name')).toBeLessThan(keys.indexOf('image'))
  })

  test.each(['yes', '0755', '1e3', 'null', '12:30', ''])('quotes the text %s', text => {
    expect(toYaml(configMap({ data: { a: text } }))).toMatch(new RegExp(`a: ["']${text}["']`))
  })
})

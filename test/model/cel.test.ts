import { describe, expect, test } from 'vitest'
import { parseCondition } from '../../src/model/cel.ts'

describe('a condition', () => {
  test.each([
    ["status.conditions.filter(e, e.type == 'Ready').all(e, e.status == 'True')", ['status']],
    ['status.observedGeneration == metadata.generation', ['status', 'metadata']],
    ["has(status.phase) && status.phase in ['Ready', 'Running']", ['status']],
    ['data.all(e, data[e] != "")', ['data']],
    ['size(status.items) > 0 ? status.items[0].ok : false', ['status']],
    ['status.names.map(n, n.size()).exists(s, s > 3)', ['status']],
    ['status.items.map(i, i.ok, i.name).size() == 1', ['status']],
    ["timestamp(status.at) > timestamp('2026-01-01T00:00:00Z') + duration('1h')", ['status']],
    ["status.parts == {'a': 1, 'b': spec.b}", ['status', 'spec']],
  ])('is read: %s', (text, roots) => {
    const parsed = parseCondition(text)
    expect(typeof parsed === 'string' ? parsed : [...parsed.roots]).toEqual(roots)
  })

  test.each([
    ['', 'is empty; leave it out, or give a CEL expression'],
    ['  ', 'is empty; leave it out, or give a CEL expression'],
    ['status.', 'is not a CEL expression: column 7: found . but expecting end of input'],
    ['true &&\n  status.a b', 'is not a CEL expression: line 2, column'],
    ['status.?phase', 'is not a CEL expression: column 7'],
    ['x'.repeat(2001), 'is longer than 2000 characters'],
    ['('.repeat(33), 'has brackets more than 32 deep'],
    [`true${' || true'.repeat(240)}`, null],
    [`[${Array.from({ length: 600 }, () => '1').join()}].size() > 0`, 'has more than 500 parts'],
    ['a.all(x, a.all(y, a.all(z, z)))', 'has loops more than 2 deep'],
    ['a.map(x, x + x).map(x, x + x).size() > 0', 'has more than one map()'],
    ['a.map(x, x.ok, x.y).map(x, true, [x, x]).size() > 0', 'has more than one map()'],
    ["status.name.replace('a', 'aaaa') == ''", 'calls replace(), which there is not'],
    ['fetch(status.url)', 'calls fetch(), which there is not'],
    ['status.name.matches(spec.pattern)', 'has a matches() whose pattern is not written out'],
    ["status.name.matches('a{1000}')", 'has a pattern that counts repetitions with {}; use *, + or ?'],
    [`status.name.matches('${'a'.repeat(201)}')`, 'has a pattern of more than 200 characters'],
  ])('is refused with a reason: %s', (text, reason) => {
    const parsed = parseCondition(text)
    if (reason === null) expect(parsed).toBeTypeOf('object')
    else expect(parsed).toContain(reason)
  })

  test('that goes on and on is refused soon', () => {
    const started = performance.now()
    for (const text of ['['.repeat(1999), '!'.repeat(1999), `${'a?b:'.repeat(499)}c`, '-'.repeat(1999)]) {
      expect(parseCondition(text)).toBeTruthy()
    }
    expect(performance.now() - started).toBeLessThan(3000)
  })
})

import { describe, expect, test } from 'vitest'
import { createTurns } from '../../../src/server/store/pglite/turns.ts'

describe('turns on the one connection', () => {
  test('are taken one at a time, in the order asked', async () => {
    const turns = createTurns()
    const log: string[] = []
    const use = async (name: string) => {
      const giveBack = await turns.take()
      log.push(`begin ${name}`)
      await Promise.resolve()
      log.push(`end ${name}`)
      giveBack()
    }
    await Promise.all([use('a'), use('b'), use('c')])
    expect(log).toEqual(['begin a', 'end a', 'begin b', 'end b', 'begin c', 'end c'])
  })

  test('those that may wait let the others go first, also those that come while they wait', async () => {
    const turns = createTurns()
    const order: string[] = []
    const use = async (name: string, mayWait?: 'may-wait') => {
      const giveBack = await turns.take(mayWait)
      order.push(name)
      giveBack()
    }
    const giveBack = await turns.take()
    const waiting = [use('patient', 'may-wait'), use('a')]
    setImmediate(() => waiting.push(use('b')))
    await new Promise(resolve => setImmediate(resolve))
    giveBack()
    await Promise.all(waiting)
    expect(order).toEqual(['a', 'b', 'patient'])
  })

  test('those that may wait do not wait for ever', async () => {
    const turns = createTurns()
    const order: string[] = []
    const use = async (name: string, mayWait?: 'may-wait') => {
      const giveBack = await turns.take(mayWait)
      order.push(name)
      giveBack()
    }
    const busy = async () => {
      for (let at = 0; at < 100; at++) await use('busy')
    }
    await Promise.all([busy(), busy(), use('patient', 'may-wait')])
    expect(order.indexOf('patient')).toBeLessThan(50)
  })

  test('a turn given back twice is one turn', async () => {
    const turns = createTurns()
    const giveBack = await turns.take()
    giveBack()
    const second = await turns.take()
    giveBack()
    let third = false
    void turns.take().then(() => (third = true))
    await new Promise(resolve => setImmediate(resolve))
    expect(third).toBe(false)
    second()
  })
})

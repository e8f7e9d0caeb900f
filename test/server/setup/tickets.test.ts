import { expect, test } from 'vitest'
import { createTickets } from '../../../src/server/setup/tickets.ts'

const hour = 3600_000

function ticketsAt(start: number, most = 3) {
  let now = start
  const tickets = createTickets({ lifetimeMs: hour, most, clock: () => new Date(now) })
  return { tickets, pass: (ms: number) => (now += ms) }
}

test('a ticket is good until it is taken', () => {
  const { tickets } = ticketsAt(0)
  const ticket = tickets.issue()
  expect([tickets.isGood(ticket), tickets.take(ticket)]).toEqual([true, true])
  expect([tickets.isGood(ticket), tickets.take(ticket)]).toEqual([false, false])
})

test('a ticket is good for an hour', () => {
  const { tickets, pass } = ticketsAt(0)
  const ticket = tickets.issue()
  pass(hour - 1)
  expect(tickets.isGood(ticket)).toBe(true)
  pass(1)
  expect(tickets.isGood(ticket)).toBe(false)
})

test('no two tickets are the same, and only so many are good at once', () => {
  const { tickets } = ticketsAt(0)
  const issued = [tickets.issue(), tickets.issue(), tickets.issue(), tickets.issue()]
  expect(new Set(issued).size).toBe(4)
  expect(issued.map(tickets.isGood)).toEqual([false, true, true, true])
})

test.each(['', 'x', 'x'.repeat(43)])('"%s" is no ticket', text => {
  const { tickets } = ticketsAt(0)
  tickets.issue()
  expect(tickets.take(text)).toBe(false)
})

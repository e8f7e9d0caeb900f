import { type Fate, type Passing, passes, statusReply } from './fate.ts'

/** Everything that API servers and the way to them are known to do wrong, and which of it was carried out all the same. */
const faults = {
  'too many requests': {
    forward: false,
    reply: {
      status: 429,
      headers: { 'retry-after': '1' },
      text: 'Too many requests, please try again later.',
    },
  },
  'a change of leader': {
    forward: false,
    reply: statusReply(500, 'InternalError', 'Internal error occurred: etcdserver: leader changed'),
  },
  'a slow store': {
    forward: true,
    reply: statusReply(500, 'InternalError', 'Internal error occurred: etcdserver: request timed out'),
  },
  unavailable: { forward: false, reply: { status: 503, text: 'service unavailable' } },
  'a webhook that is not ready': {
    forward: false,
    reply: statusReply(
      500,
      'InternalError',
      'Internal error occurred: failed calling webhook "check.example.com": failed to call webhook: Post "https://check.shop.svc:443/": dial tcp 10.0.0.7:443: connect: connection refused',
    ),
  },
  'a reset before it': { forward: false, reply: 'reset' },
  'a reset after it': { forward: true, reply: 'reset' },
  'silence before it': { forward: false, reply: 'none' },
  'silence after it': { forward: true, reply: 'none' },
  'a slow answer': { forward: true, reply: 'theirs', delayMs: 400 },
} satisfies Readonly<Record<string, Fate>>

export type FaultName = keyof typeof faults

const names = Object.keys(faults) as readonly FaultName[]

/** One request in so many meets a fault, each of them as often. */
export function faulty(
  share: number,
  random: () => number,
  onFault: (name: FaultName, passing: Passing) => void,
): (passing: Passing) => Fate {
  return passing => {
    if (random() >= share) return passes
    const name = names[Math.floor(random() * names.length)] ?? 'unavailable'
    onFault(name, passing)
    return faults[name]
  }
}

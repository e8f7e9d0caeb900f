import { lookup as resolve, type LookupAddress, type LookupOptions } from 'node:dns'
import { BlockList, isIP, isIPv6 } from 'node:net'

/**
 * Which addresses a request may reach. `named`: a person wrote this host into the agent's list. `written`: a document names it,
 * which somebody runs on a laptop. `told`: a server sent us there, so that nothing but the public internet is open.
 */
export type Reach = 'named' | 'written' | 'told'

/** Where clouds hand out the credentials of a machine, and what stands for this host or none. */
const metadata = listOf([
  ['169.254.0.0', 16],
  ['0.0.0.0', 8],
  ['100.100.100.200', 32],
  ['fe80::', 10],
  ['fd00:ec2::254', 128],
  ['fd20:ce::254', 128],
  ['::', 128],
])

const notPublic = listOf([
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['224.0.0.0', 3],
  ['::1', 128],
  ['64:ff9b:1::', 48],
  ['fc00::', 7],
  ['ff00::', 8],
])

function listOf(subnets: readonly (readonly [string, number])[]): BlockList {
  const list = new BlockList()
  for (const [network, bits] of subnets) list.addSubnet(network, bits, isIPv6(network) ? 'ipv6' : 'ipv4')
  return list
}

/** RFC 6052 and RFC 4291 put an IPv4 address into the end of an IPv6 one; what is asked is the inner one. */
const embedding = listOf([
  ['64:ff9b::', 96],
  ['::ffff:0:0', 96],
])

export function mayReach(address: string, reach: Reach): boolean {
  if (reach === 'named') return true
  const family = isIPv6(address) ? 'ipv6' : 'ipv4'
  if (family === 'ipv6' && embedding.check(address, 'ipv6')) return mayReach(embeddedIn(address), reach)
  if (metadata.check(address, family)) return false
  return reach === 'written' || !notPublic.check(address, family)
}

function embeddedIn(address: string): string {
  // The URL parser writes any form of an IPv6 address as groups of hexadecimal digits.
  const groups = new URL(`http://[${address}]`).hostname.slice(1, -1).split(':')
  const [high, low] = groups.slice(-2).map(it => Number.parseInt(it || '0', 16))
  return [high! >> 8, high! & 255, low! >> 8, low! & 255].join('.')
}

export class AddressRefused extends Error {
  override readonly name = 'AddressRefused'
}

type Answer = (error: Error | null, address: string | LookupAddress[], family?: number) => void

/** A `lookup` for sockets: the addresses of a name that may be reached. The one that was looked at is the one connected to. */
export function lookupWithin(reach: Reach) {
  return (host: string, options: LookupOptions, answer: Answer): void => {
    resolve(host, { ...options, all: true }, (error, found) => {
      if (error) return answer(error, [])
      const open = found.filter(it => mayReach(it.address, reach))
      const [first] = open
      if (!first) return answer(new AddressRefused(host), [])
      if (options.all) answer(null, open)
      else answer(null, first.address, first.family)
    })
  }
}

/** Sockets look up no name that is an address already. */
export function refusesLiteral(hostname: string, reach: Reach): boolean {
  const address = hostname.replace(/^\[|\]$/g, '')
  return isIP(address) !== 0 && !mayReach(address, reach)
}

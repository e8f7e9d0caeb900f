import type { IncomingMessage } from 'node:http'

/** A cookie of ours, by its name without prefix. */
export interface Cookie {
  readonly name: string
  /** In letters that need no escaping. */
  readonly value: string
  /** 0 takes it out of the browser. */
  readonly seconds: number
}

/**
 * Over https a cookie has the prefix that browsers keep for those that only this host has set, and only over https (RFC 6265bis,
 * 4.1.3.2): no other site on the same domain can plant one.
 */
function prefixed(name: string, isSecure: boolean): string {
  return isSecure ? `__Host-plumbline_${name}` : `plumbline_${name}`
}

/** The Set-Cookie header. Lax: the forge leads back here from its own site, with a plain navigation. */
export function cookieHeader({ name, value, seconds }: Cookie, isSecure: boolean): string {
  const secure = isSecure ? '; Secure' : ''
  return `${prefixed(name, isSecure)}=${value}; Path=/; Max-Age=${seconds}; HttpOnly; SameSite=Lax${secure}`
}

/** All of ours that the browser has sent, by name without prefix. */
export function cookiesOf(request: IncomingMessage, isSecure: boolean): ReadonlyMap<string, string> {
  const prefix = prefixed('', isSecure)
  const found = new Map<string, string>()
  for (const pair of (request.headers.cookie ?? '').split(';')) {
    const at = pair.indexOf('=')
    const name = pair.slice(0, at).trim()
    const value = pair.slice(at + 1).trim()
    if (at > 0 && name.startsWith(prefix) && /^[\w.-]{1,2048}$/.test(value)) {
      found.set(name.slice(prefix.length), value)
    }
  }
  return found
}

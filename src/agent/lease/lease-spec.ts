/** The part of a Lease that says who leads. Source: Kubernetes API reference, Lease v1 coordination. */
export interface LeaseSpec {
  readonly holderIdentity?: string
  readonly leaseDurationSeconds?: number
  /** RFC 3339 with microseconds. */
  readonly acquireTime?: string
  readonly renewTime?: string
  readonly leaseTransitions?: number
}

/** Whether a holder must still be waited for. */
export function holdsStill(spec: LeaseSpec, now: Date): boolean {
  if (!spec.holderIdentity || !spec.renewTime) return false
  return Date.parse(spec.renewTime) + (spec.leaseDurationSeconds ?? 0) * 1000 > now.getTime()
}

/** The lease in new hands. */
export function taken(
  before: LeaseSpec | null,
  by: { readonly identity: string; readonly durationSeconds: number; readonly now: Date },
): LeaseSpec {
  return {
    holderIdentity: by.identity,
    leaseDurationSeconds: by.durationSeconds,
    acquireTime: microTime(by.now),
    renewTime: microTime(by.now),
    leaseTransitions: before === null ? 0 : (before.leaseTransitions ?? 0) + 1,
  }
}

export function renewed(spec: LeaseSpec, now: Date): LeaseSpec {
  return { ...spec, renewTime: microTime(now) }
}

/** MicroTime: six digits behind the second. */
function microTime(time: Date): string {
  return time.toISOString().replace('Z', '000Z')
}

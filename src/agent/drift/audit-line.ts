import { z } from 'zod'
import type { AuditEntry } from '../../engine/audit.ts'

/** An object as audit events name it. */
export interface AuditedObject {
  readonly group: string
  /** Lower-case plural, as in paths. */
  readonly resource: string
  /** Empty for what has no namespace. */
  readonly namespace: string
  readonly name: string
}

const longestName = 200

/** As much of an event as is needed, at any level. Source: audit.k8s.io/v1 Event. */
const auditEvent = z.object({
  stage: z.literal('ResponseComplete'),
  verb: z.enum(['create', 'update', 'patch', 'delete', 'deletecollection']),
  requestURI: z.string().optional(),
  userAgent: z.string().optional(),
  user: z.object({ username: z.string() }),
  impersonatedUser: z.object({ username: z.string() }).nullish(),
  objectRef: z.object({
    resource: z.string(),
    apiGroup: z.string().optional(),
    namespace: z.string().optional(),
    name: z.string().optional(),
    subresource: z.string().optional(),
  }),
  responseStatus: z.object({ code: z.number() }),
  requestObject: z
    .object({ dryRun: z.array(z.string()).nullish() })
    .nullish()
    .catch(null),
  requestReceivedTimestamp: z.string(),
  stageTimestamp: z.string(),
})

export type AuditEvent = z.infer<typeof auditEvent>

const stamp = '"stageTimestamp":"'

/** When a line's request was answered, by which lines are in order. What people wrote stands before it in the line. */
export function answeredAt(line: string): number | null {
  const at = line.lastIndexOf(stamp)
  if (at < 0) return null
  const begin = at + stamp.length
  const time = Date.parse(line.slice(begin, line.indexOf('"', begin)))
  return Number.isNaN(time) ? null : time
}

const reference = /"objectRef":\{[^{}]*\}/
const quotedName = /"name":"([^"]*)"/

/** Quick, without parsing: the name of the object that a line is about; null when it may be about any. */
export function namedIn(line: string): string | null {
  const found = reference.exec(line)
  return found ? (quotedName.exec(found[0])?.[1] ?? null) : null
}

/** Null for reads, for what has not been carried out, and for what is no audit event. */
export function auditEventOf(line: string): AuditEvent | null {
  if (!line.includes('"stage":"ResponseComplete"') || readOnly.test(line)) return null
  const event = auditEvent.safeParse(parsed(line)).data
  return event && event.responseStatus.code < 300 && !isDryRun(event) ? event : null
}

const readOnly = /"verb":"(get|list|watch)"/

/** The write as one of this object; null when it is another's. Of many at once only a delete of all that there is counts. */
export function entryFor(event: AuditEvent, object: AuditedObject): AuditEntry | null {
  const { objectRef, verb, requestURI = '' } = event
  const isSame =
    objectRef.resource === object.resource &&
    (objectRef.apiGroup ?? '') === object.group &&
    (objectRef.namespace ?? '') === object.namespace
  if (!isSame) return null
  if (verb === 'deletecollection') {
    const chosen = parametersOf(requestURI)
    if (chosen.has('labelSelector') || chosen.has('fieldSelector')) return null
  } else if (objectRef.name !== object.name) return null
  return {
    receivedAt: event.requestReceivedTimestamp,
    answeredAt: event.stageTimestamp,
    user: userOf(event),
    verb,
    subresource: objectRef.subresource ?? '',
    manager: managerOf(event),
  }
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return null
  }
}

function userOf({ user, impersonatedUser }: AuditEvent): string {
  const name = user.username.slice(0, longestName)
  return impersonatedUser ? `${impersonatedUser.username.slice(0, longestName)} (by ${name})` : name
}

/** As the API server names it: the parameter, else the user agent up to its first slash. Source: Kubernetes, server-side apply. */
function managerOf({ requestURI = '', userAgent = '' }: AuditEvent): string {
  return parametersOf(requestURI).get('fieldManager') || (userAgent.split('/')[0] ?? '')
}

/** A delete says it in its body, which is logged at level Request only. */
function isDryRun({ requestURI = '', requestObject }: AuditEvent): boolean {
  return parametersOf(requestURI).get('dryRun') === 'All' || (requestObject?.dryRun?.length ?? 0) > 0
}

function parametersOf(requestURI: string): URLSearchParams {
  const at = requestURI.indexOf('?')
  return new URLSearchParams(at < 0 ? '' : requestURI.slice(at + 1))
}

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
  requestReceivedTimestamp: z.string(),
  stageTimestamp: z.string(),
})

/** Quick: whether a line is worth parsing. */
export function mayTellOf(line: string, { name }: AuditedObject): boolean {
  return line.includes(`"name":"${name}"`) || line.includes('"verb":"deletecollection"')
}

/** A write of the object that was carried out; null for all else, and for what is no audit event. */
export function auditEntryOf(line: string, object: AuditedObject): AuditEntry | null {
  const event = auditEvent.safeParse(parsed(line)).data
  if (!event || event.responseStatus.code >= 300 || isDryRun(event.requestURI)) return null
  const { objectRef, verb } = event
  const isSame =
    objectRef.resource === object.resource &&
    (objectRef.apiGroup ?? '') === object.group &&
    (objectRef.namespace ?? '') === object.namespace &&
    (verb === 'deletecollection' || objectRef.name === object.name)
  if (!isSame) return null
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

function userOf({ user, impersonatedUser }: z.infer<typeof auditEvent>): string {
  const name = user.username.slice(0, longestName)
  return impersonatedUser ? `${impersonatedUser.username.slice(0, longestName)} (by ${name})` : name
}

/** As the API server names it: the parameter, else the user agent up to its first slash. Source: Kubernetes, server-side apply. */
function managerOf({ requestURI = '', userAgent = '' }: z.infer<typeof auditEvent>): string {
  return parametersOf(requestURI).get('fieldManager') || (userAgent.split('/')[0] ?? '')
}

function isDryRun(requestURI = ''): boolean {
  return parametersOf(requestURI).get('dryRun') === 'All'
}

function parametersOf(requestURI: string): URLSearchParams {
  return new URLSearchParams(requestURI.slice(requestURI.indexOf('?') + 1))
}

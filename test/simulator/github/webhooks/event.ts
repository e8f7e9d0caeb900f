import type { Installation, Repository, User } from '../state.ts'

/** Something that happened, before it is made a webhook. */
export interface ForgeEvent {
  /** `X-GitHub-Event`. */
  readonly name: string
  /** Undefined for events without actions: `push`, `status`, `ping`. */
  readonly action?: string
  readonly sender: User
  readonly repository?: Repository
  /** For events that concern an installation itself. */
  readonly installation?: Installation
  /** The event's own part of the payload, already in the REST shapes. */
  readonly payload: Readonly<Record<string, unknown>>
}

/** Takes an event for delivery and returns at once. */
export type EventSink = (event: ForgeEvent) => void

import type { KubernetesObject } from '../../../../src/model/object.ts'

/** One hand edit, and what is to be told of it. */
export interface Row {
  readonly what: string
  /** As Git writes it; its name is the row's own, `namespace` is left out. */
  readonly object: KubernetesObject
  edit(hand: Hand): Promise<unknown>
  readonly told: Told
}

export type Told =
  | 'nothing'
  /** The object is to be made again. */
  | 'deleted'
  /** JSON pointers of the fields that are to be put back. */
  | { readonly fields: readonly string[] }
  /** Another object, of the same kind. */
  | { readonly leftBehind: string }

/** What a person or a controller does to the row's object. */
export interface Hand {
  readonly namespace: string
  /** `deployment/name`. */
  readonly target: string
  /** In the namespace. Rejects when kubectl does. */
  kubectl(
    args: readonly string[],
    more?: { readonly input?: unknown; readonly editor?: string },
  ): Promise<string>
  /** A patch of the row's object, by whomever. */
  patch(
    body: unknown,
    more?: { readonly type?: 'json' | 'merge' | 'strategic'; readonly as?: string },
  ): Promise<unknown>
  /** Server-side apply under a manager of its own: `metadata` gets the row's name when it has none. */
  apply(fields: object, more?: { readonly as?: string; readonly force?: boolean }): Promise<unknown>
  read(target?: string): Promise<KubernetesObject>
  /** Resolves once it holds; controllers take their time. */
  until(holds: () => Promise<boolean>): Promise<void>
}

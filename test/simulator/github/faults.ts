/** Trouble to be had with chosen deliveries and operations. Each fault is used up by its first `times` matches. */

export type DeliveryTrouble =
  /** The receiver never sees it. The delivery log says so, and it can be redelivered. */
  | { readonly kind: 'lose' }
  /** The receiver sees it twice, with one guid. */
  | { readonly kind: 'duplicate' }
  | { readonly kind: 'delay'; readonly milliseconds: number }

export type OperationTrouble =
  /** Answers with `status`; nothing was done. */
  | { readonly kind: 'before'; readonly status: number }
  /** It was done, and the answer is `status` all the same. */
  | { readonly kind: 'after'; readonly status: number }
  | { readonly kind: 'delay'; readonly milliseconds: number }

export interface Faults {
  /** `event` is `push` or `pull_request.opened`; `*` is any. */
  readonly onDelivery: (event: string, trouble: DeliveryTrouble, times?: number) => void
  /** `operation` is an operationId such as `issues/create-comment`; `*` is any. */
  readonly onOperation: (operation: string, trouble: OperationTrouble, times?: number) => void
  readonly clear: () => void
  readonly takeDelivery: (event: string, action: string | null) => DeliveryTrouble | undefined
  readonly takeOperation: (operation: string) => OperationTrouble | undefined
}

interface Planned<T> {
  readonly match: string
  readonly trouble: T
  left: number
}

export function createFaults(): Faults {
  const deliveries: Planned<DeliveryTrouble>[] = []
  const operations: Planned<OperationTrouble>[] = []
  return {
    onDelivery: (match, trouble, times = 1) => void deliveries.push({ match, trouble, left: times }),
    onOperation: (match, trouble, times = 1) => void operations.push({ match, trouble, left: times }),
    clear: () => {
      deliveries.length = 0
      operations.length = 0
    },
    takeDelivery: (event, action) =>
      take(deliveries, action === null ? [event] : [event, `${event}.${action}`]),
    takeOperation: operation => take(operations, [operation]),
  }
}

function take<T>(planned: Planned<T>[], names: readonly string[]): T | undefined {
  const found = planned.find(one => one.left > 0 && (one.match === '*' || names.includes(one.match)))
  if (!found) return undefined
  found.left -= 1
  return found.trouble
}

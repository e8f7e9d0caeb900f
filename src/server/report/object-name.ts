import type { ObjectId } from '../../model/identity.ts'
import { code, html, shorten, visible } from './escape.ts'

interface Label {
  /** Null when it is no word, or the id is none of ours. */
  readonly kind: string | null
  readonly name: string
}

/** Never throws: a report is written whatever an agent sent. */
function labelOf(id: ObjectId): Label {
  const [, kind, namespace, ...name] = id.split('/')
  if (!kind || !/^[A-Za-z][A-Za-z0-9]*$/.test(kind) || name.length === 0) return { kind: null, name: id }
  return { kind, name: namespace ? `${namespace}/${name.join('/')}` : name.join('/') }
}

const maxName = 200

/** ``Deployment `guestbook/frontend` ``, or the bare id when it has no such parts. */
export function objectName(id: ObjectId): string {
  const { kind, name } = labelOf(id)
  return `${kind ? `${shorten(kind, 80)} ` : ''}${code(shorten(name, maxName))}`
}

/** Names of the first few, and how many more there are. */
export function objectNames(ids: readonly ObjectId[], most: number): string {
  const more = ids.length - most
  return ids.slice(0, most).map(objectName).join(', ') + (more > 0 ? `, and ${more} more` : '')
}

/** The same where only HTML is read. */
export function objectNameInHtml(id: ObjectId): string {
  const { kind, name } = labelOf(id)
  return `${kind ? `${shorten(kind, 80)} ` : ''}<code>${html(visible(shorten(name, maxName)).replace(/\s+/g, ' '))}</code>`
}

/** The same as plain text. */
export function objectNameInText(id: ObjectId): string {
  const { kind, name } = labelOf(id)
  return `${kind ? `${kind} ` : ''}${name}`
}

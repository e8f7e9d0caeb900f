import { isMap, isScalar, isSeq, parseDocument } from 'yaml'
import { z } from 'zod'

/** The GitHub App as `app.yml` describes it, with the reasons that stand there as comments. */
export interface AppDraft {
  readonly name: string
  readonly url: string
  readonly description: string
  readonly public: boolean
  readonly permissions: readonly { readonly name: string; readonly access: string; readonly why: string }[]
  readonly events: readonly { readonly name: string; readonly why: string }[]
}

/** GitHub takes no longer name. */
const longestName = 34

const schema = z.object({
  name: z.string().min(1).max(longestName),
  url: z.url(),
  description: z.string(),
  public: z.boolean(),
  default_permissions: z.record(z.string(), z.enum(['read', 'write', 'admin'])),
  default_events: z.array(z.string()),
})

/** Throws when `text` is not the App that we ask people to create. */
export function parseAppDraft(text: string): AppDraft {
  const document = parseDocument(text)
  const { default_permissions, default_events, ...about } = schema.parse(document.toJS())
  const reasons = new Map(reasonsIn(document.get('default_permissions')))
  const eventReasons = new Map(reasonsIn(document.get('default_events')))
  return {
    ...about,
    permissions: Object.entries(default_permissions).map(([name, access]) => ({
      name,
      access,
      why: reasons.get(name) ?? '',
    })),
    events: default_events.map(name => ({ name, why: eventReasons.get(name) ?? '' })),
  }
}

/** The comment before each entry; the one before the first belongs to the collection, as the parser sees it. */
function* reasonsIn(collection: unknown): Generator<readonly [string, string]> {
  if (!isMap(collection) && !isSeq(collection)) return
  let comment = collection.commentBefore
  for (const item of collection.items) {
    const node: unknown = isMap(collection) ? (item as { key: unknown }).key : item
    if (!isScalar(node)) continue
    comment = node.commentBefore ?? comment
    yield [String(node.value), (comment ?? '').replaceAll(/\s*\n\s*/g, ' ').trim()]
    comment = null
  }
}

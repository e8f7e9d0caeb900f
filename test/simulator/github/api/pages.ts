import { type Answer, ok } from './call.ts'

interface Paged {
  readonly query: object
  readonly url: URL
}

/** The part of a list that the query asks for, with the links to the other parts. */
export function pageOf<T>(
  call: Paged,
  items: readonly T[],
): { readonly items: readonly T[]; readonly headers: Record<string, string> } {
  const query = call.query as { readonly page?: number; readonly per_page?: number }
  const size = Math.min(100, Math.max(1, query.per_page ?? 30))
  const page = Math.max(1, query.page ?? 1)
  const last = Math.max(1, Math.ceil(items.length / size))
  const links: string[] = []
  const link = (to: number, rel: string): void => {
    const url = new URL(call.url)
    url.searchParams.set('page', String(to))
    links.push(`<${url.href}>; rel="${rel}"`)
  }
  if (page > 1) link(page - 1, 'prev')
  if (page < last) link(page + 1, 'next')
  if (page < last) link(last, 'last')
  if (page > 1) link(1, 'first')
  return {
    items: items.slice((page - 1) * size, page * size),
    headers: links.length > 0 ? { Link: links.join(', ') } : {},
  }
}

/** A list, as most operations give it. */
export async function listed<T>(
  call: Paged,
  items: readonly T[],
  shape: (item: T) => unknown,
): Promise<Answer> {
  const page = pageOf(call, items)
  return { ...ok(await Promise.all(page.items.map(shape))), headers: page.headers }
}

/** A list under a name, with its length beside it, as some operations give it. */
export async function counted<T>(
  call: Paged,
  name: string,
  items: readonly T[],
  shape: (item: T) => unknown,
): Promise<Answer> {
  const page = pageOf(call, items)
  const body = { total_count: items.length, [name]: await Promise.all(page.items.map(shape)) }
  return { ...ok(body), headers: page.headers }
}

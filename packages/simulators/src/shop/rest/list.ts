import { invalidParameter, ok, type Answer } from './answer.ts'

/** Something with a number that a list shows. */
export type Listed = Readonly<Record<string, unknown>> & { readonly id: number }

export interface ListOptions {
  readonly query: URLSearchParams
  /** Address of the list, for the link to the next page. */
  readonly url: string
}

/**
 * One page of a list, with totals and the way to the next page in the headers.
 *
 * `offset` goes before `page`. A page beyond the end is empty and says that there is nothing at all. The next page's
 * link repeats the query as it was, a used OAuth nonce included.
 */
export function listAnswer<Item>(items: readonly Item[], show: (item: Item) => Listed, options: ListOptions): Answer {
  const { query, url } = options
  const perPage = Number(query.get('per_page') ?? 10)
  if (!(perPage >= 1 && perPage <= 100)) return perPageRefusal
  const page = Number(query.get('page') ?? 1)
  const from = Number(query.get('offset') ?? (page - 1) * perPage)
  const shown = items.slice(from, from + perPage)
  const total = shown.length === 0 ? 0 : items.length
  const pages = Math.ceil(total / perPage)
  const headers = { 'X-WP-Total': String(total), 'X-WP-TotalPages': String(pages) }
  const fields = namesOf(query, '_fields')
  const body = shown.map((item) => pick(show(item), fields))
  return ok(body, page < pages ? { ...headers, Link: nextLink(url, query, page + 1) } : headers)
}

/** One resource, cut to `_fields`; its links stay, and a name of a field's field takes nothing. */
export function oneAnswer(item: Listed, query: URLSearchParams): Answer {
  const fields = namesOf(query, '_fields')
  return ok(fields.length === 0 ? item : pick(item, [...fields, '_links']))
}

/** Values of a parameter given as a comma list, as `name[]` or as `name[0]`. */
export function namesOf(query: URLSearchParams, name: string): string[] {
  const values = [...query].filter(([key]) => key === name || key.startsWith(`${name}[`)).map(([, value]) => value)
  return values.flatMap((value) => value.split(',')).filter((value) => value !== '')
}

const perPageRefusal = invalidParameter(
  'per_page',
  'rest_out_of_bounds',
  'per_page must be between 1 (inclusive) and 100 (inclusive)',
)

function pick(item: Listed, fields: readonly string[]): Readonly<Record<string, unknown>> {
  if (fields.length === 0) return item
  return Object.fromEntries(Object.entries(item).filter(([name]) => fields.includes(name)))
}

function nextLink(url: string, query: URLSearchParams, page: number): string {
  const next = new URLSearchParams(query)
  next.set('page', String(page))
  return `<${url}?${next.toString()}>; rel="next"`
}

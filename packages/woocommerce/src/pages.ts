import { z } from 'zod'
import { shaped, unreadable, type Ask, type Question } from './ask.ts'

/** The most that WooCommerce puts on a page. */
export const mostPerPage = 100
/** More pages than any list has that is read as a whole. */
export const mostPages = 20

/** One page of a list, counted from 1; empty where the shop says that there is no such list. */
export async function readPage<Entry extends z.ZodType>(
  ask: Ask,
  question: Question & { readonly page: number },
  entry: Entry,
  signal: AbortSignal,
): Promise<readonly z.output<Entry>[]> {
  const { page, ...rest } = question
  const query = { ...rest.query, per_page: String(mostPerPage), page: String(page) }
  const found = await ask({ ...rest, query }, signal)
  return found.kind === 'absent' ? [] : shaped(z.array(entry), found.content)
}

/** A whole list, page by page. The shop's own links to further pages are not followed. */
export async function readPages<Entry extends z.ZodType>(
  ask: Ask,
  question: Question,
  entry: Entry,
  signal: AbortSignal,
): Promise<readonly z.output<Entry>[]> {
  const entries: z.output<Entry>[] = []
  for (let page = 1; page <= mostPages; page += 1) {
    const found = await readPage(ask, { ...question, page }, entry, signal)
    entries.push(...found)
    if (found.length < mostPerPage) return entries
  }
  throw unreadable('a list without end')
}

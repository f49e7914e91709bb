import type { News, Store } from '@seatkeeper/core'

/** Orders last modified in a time, ends included. */
export interface ModifiedTime {
  readonly sinceMs: number
  /** Now, unless given. */
  readonly untilMs?: number | undefined
}

/** News that is about an order. */
export type NewsOfOrder = Exclude<News, { kind: 'nothing' }>

const secondMs = 1000

/** News of both lists of a shop, each with the oldest modification first. An order may come twice, because lists shift. */
export async function* modifiedNews(
  store: Pick<Store, 'readModified'>,
  time: ModifiedTime,
  signal: AbortSignal,
): AsyncGenerator<NewsOfOrder> {
  yield* newsOfList(store, { ...time, inTrash: false }, signal)
  yield* newsOfList(store, { ...time, inTrash: true }, signal)
}

async function* newsOfList(
  store: Pick<Store, 'readModified'>,
  { sinceMs: firstMs, untilMs = Number.POSITIVE_INFINITY, inTrash }: ModifiedTime & { readonly inTrash: boolean },
  signal: AbortSignal,
): AsyncGenerator<NewsOfOrder> {
  for (let sinceMs = firstMs; sinceMs <= untilMs;) {
    const { news, isFull, lastModifiedMs } = await store.readModified({ sinceMs, inTrash }, signal)
    yield* news.filter((one) => one.kind !== 'nothing').filter((one) => modifiedAt(one) <= untilMs)
    if (!isFull || lastModifiedMs === null) return
    sinceMs = Math.max(lastModifiedMs, sinceMs + secondMs)
  }
}

/** An order whose time cannot be read counts as within. */
function modifiedAt(news: NewsOfOrder): number {
  return (news.kind === 'snapshot' ? news.snapshot.modifiedAtMs : news.modifiedAtMs) ?? Number.NEGATIVE_INFINITY
}

import type { Housekeeping, Ledger, ModifiedPage, News, Sighting, Standing, Store, StoreId } from '@seatkeeper/core'
import type { Acceptance } from './accept-news.ts'

/** What polling a shop's lists of orders needs. */
export interface PollParts {
  readonly ledger: Pick<Ledger, 'readCursor' | 'writeCursor' | 'nowMs'> &
    Pick<Housekeeping, 'standingsOf' | 'countSighting'>
  readonly store: Pick<Store, 'readModified'>
  readonly accept: (news: News) => Promise<Acceptance>
}

/** One list of one shop. A shop lists its trash apart, and an order keeps its time when it comes back from there. */
export interface PolledList {
  readonly store: StoreId
  readonly list: 'orders' | 'trash'
  /** Where the very first poll begins. */
  readonly firstSinceMs: number
}

/** A round's time: what is not done when it is over is left for the next. */
export interface RoundTime {
  readonly signal: AbortSignal
  isOver(): boolean
}

/** What one poll came to. */
export interface Polled {
  /** Orders listed, each state of them once. */
  readonly polled: number
  readonly applied: number
  /** Made due to be read. */
  readonly bumped: number
  readonly isDone: boolean
}

/**
 * How far a poll reaches back behind the last modification it has seen: transactions end later than the time they carry,
 * and an order can change twice in one second.
 */
const overlapMs = 120_000
const secondMs = 1000

/**
 * Offers the orders that a shop lists as modified since the last poll, page by page.
 *
 * Pages begin at the last modification time seen, never at a page's number, because they shift while orders move. The
 * store's port reads a second that fills a page to its end; should a page end where it began all the same, the poll steps over
 * that second, so it never stands still. Where it stopped is kept after each page.
 */
export async function pollModified(parts: PollParts, polled: PolledList, time: RoundTime): Promise<Polled> {
  const { ledger, store } = parts
  const cursor = `poll-${polled.store}-${polled.list}`
  const fromMs = Number((await ledger.readCursor(cursor)) ?? polled.firstSinceMs)
  const counts = { polled: 0, applied: 0, bumped: 0 }
  const listed = new Set<string>()
  for (let sinceMs = fromMs; ;) {
    const page = await store.readModified({ sinceMs, inTrash: polled.list === 'trash' }, time.signal)
    const fresh = datedNews(page, sinceMs).filter(({ name }) => !listed.has(name))
    for (const { name } of fresh) listed.add(name)
    await offer(parts, { ...polled, fromMs }, fresh, counts)
    if (!page.isFull || page.lastModifiedMs === null) {
      await keepPlace(ledger, cursor, page.lastModifiedMs)
      return { ...counts, isDone: true }
    }
    sinceMs = Math.max(page.lastModifiedMs, sinceMs + secondMs)
    await ledger.writeCursor(cursor, String(sinceMs))
    if (time.isOver()) return { ...counts, isDone: false }
  }
}

/** The next poll begins a little before the last modification seen; never in a future that a shop with a wrong clock named. */
async function keepPlace(ledger: PollParts['ledger'], cursor: string, lastMs: number | null): Promise<void> {
  if (lastMs === null) return
  await ledger.writeCursor(cursor, String(Math.max(0, Math.min(lastMs, await ledger.nowMs()) - overlapMs)))
}

interface DatedNews extends Sighting {
  readonly news: News
  /** Of this state of the order. */
  readonly name: string
}

/** News of a page with the times they are of; where an order's own cannot be read, the page's last. */
function datedNews({ news, lastModifiedMs }: ModifiedPage, sinceMs: number): readonly DatedNews[] {
  return news.flatMap((one) => {
    if (one.kind === 'nothing') return []
    const { order, modifiedAtMs = lastModifiedMs ?? sinceMs } = one.kind === 'snapshot' ? one.snapshot : one
    return [{ news: one, order, modifiedAtMs, name: `${order}/${modifiedAtMs}` }]
  })
}

async function offer(
  parts: PollParts,
  { store, list, fromMs }: PolledList & { readonly fromMs: number },
  fresh: readonly DatedNews[],
  counts: { polled: number; applied: number; bumped: number },
): Promise<void> {
  counts.polled += fresh.length
  const sightings = fresh.map(({ order, modifiedAtMs }) => ({ order, modifiedAtMs }))
  const standings = await parts.ledger.standingsOf(store, list, fromMs, sightings)
  for (const [index, { news }] of fresh.entries()) {
    const standing = standings[index]
    if (standing === undefined || !isWorthALook(standing)) continue
    const result = await lookAt(parts, { store, list, standing, news })
    if (result === 'applied') counts.applied += 1
    if (result === 'read') counts.bumped += 1
  }
}

interface Look extends Pick<PolledList, 'store' | 'list'> {
  readonly standing: Standing
  readonly news: News
}

/** Counted also where it was not accepted, so that one odd order does not hold up all others for ever. */
async function lookAt({ ledger, accept }: PollParts, { store, list, standing, news }: Look): Promise<Acceptance> {
  try {
    return await accept(news)
  } finally {
    await ledger.countSighting(store, list, standing)
  }
}

/**
 * Whether a poll has anything to say of an order.
 *
 * Pure. What is newer than what is known, and, where the order is at rest, what is as new: it may have changed again in
 * its second. Twice at most: at the second time its second was long over, so a quiet shop's last order is not read for ever.
 * Whether it revives a dead order the ledger decides.
 */
export function isWorthALook({ modifiedAtMs, timesSeen, knownMs, status }: Standing): boolean {
  if (timesSeen >= 2) return false
  if (knownMs === null || modifiedAtMs > knownMs) return true
  return modifiedAtMs === knownMs && (status === 'settled' || status === 'dead')
}

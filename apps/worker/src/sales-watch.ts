import { setTimeout as pause } from 'node:timers/promises'
import { isUnwell, type Courses, type LmsId, type StoreId } from '@seatkeeper/core'
import { checkSales, type SaleFinding, type SellingCampus } from '@seatkeeper/fulfilment'
import { createCourses, LmsAddress } from '@seatkeeper/openedx'
import { createShopProducts, policyOf, type StoreConfig } from '@seatkeeper/woocommerce'
import { z } from 'zod'

/** Where the LMSs are, for those who need no secret of theirs. What cannot be read is another process's to complain of. */
export const CampusAddresses = z.object({ lms: z.array(LmsAddress).catch([]) })

export interface SalesWatchParts {
  readonly stores: readonly StoreId[]
  /** Everything a shop sells, with what is to be said of it. */
  readonly look: (store: StoreId, signal: AbortSignal) => AsyncIterable<SaleFinding>
  /** Before the first look: processes that start again and again ask nobody. */
  readonly firstMs: number
  readonly everyMs: number
  /** Told of what is not well, after each look that came to its end. */
  readonly onLooked: (store: StoreId, unwell: readonly SaleFinding[]) => void
  readonly onFailure: (store: StoreId, error: unknown) => void
}

/** Looks over and over whether what the shops sell can be given, one shop after the other. */
export function watchSales({ stores, look, firstMs, everyMs, onLooked, onFailure }: SalesWatchParts) {
  const closing = new AbortController()
  const { signal } = closing
  const looking = (async () => {
    for (let waitMs = firstMs; ; waitMs = everyMs) {
      await pause(waitMs, undefined, { signal, ref: false }).catch(() => undefined)
      if (signal.aborted) return
      for (const store of stores)
        await lookAt(store).catch((error: unknown) => signal.aborted || onFailure(store, error))
    }
  })()
  async function lookAt(store: StoreId): Promise<void> {
    const unwell: SaleFinding[] = []
    for await (const finding of look(store, signal)) if (isUnwell(finding.code)) unwell.push(finding)
    onLooked(store, unwell)
  }
  return {
    close: async () => {
      closing.abort()
      await looking
    },
  }
}

/** Half of the questions that an LMS takes from one address in a minute; workers ask some, too. */
const betweenQuestionsMs = 3000

/** Asks real shops and LMSs. */
export function lookAtSales(
  stores: readonly StoreConfig[],
  campuses: readonly LmsAddress[],
  nowMs: () => number = Date.now,
): SalesWatchParts['look'] {
  const known = new Map<LmsId, SellingCampus>(
    campuses.map((config) => [
      config.id,
      { courses: paced(createCourses(config)), isForced: config.closedCourse === 'force' },
    ]),
  )
  return async function* (store, signal) {
    const config = stores.find(({ id }) => id === store)
    if (config === undefined) return
    const { catalogue } = policyOf(config)
    const parts = { store, shop: createShopProducts(config), catalogue, nowMs: nowMs() }
    yield* checkSales({ ...parts, campusOf: (lms) => known.get(lms) }, signal)
  }
}

function paced(courses: Courses): Courses {
  return {
    async readCourse(course, signal) {
      await pause(betweenQuestionsMs, undefined, { signal, ref: false })
      return courses.readCourse(course, signal)
    },
  }
}

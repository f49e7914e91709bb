import { doChore, enrollSeat, readOrder, revokeSeat, tellShop, type JobType, type StoredData } from '@seatkeeper/core'

/*
 * For `--import`: the process is the one at hand in all but its jobs, whose data have the next version of their shape. So
 * the release at hand is the older one to it: it cannot read what this one stores, and this one reads both.
 */
for (const type of [enrollSeat, revokeSeat, readOrder, tellShop, doChore]) raise(type)

function raise(type: JobType): void {
  const released = type.data
  const data = {
    parse: (given: unknown) => ({ ...(released.parse(given) as object), v: 2, release: 'next' }),
    safeParse: (stored: StoredData) => {
      const { v, release, ...rest } = stored
      const isNext = v === 2 && typeof release === 'string'
      return isNext ? released.safeParse({ ...rest, v: 1 }) : { success: false }
    },
  }
  Object.assign(type, { data, upcasts: [(older: StoredData) => ({ ...older, release: 'older' })] })
}

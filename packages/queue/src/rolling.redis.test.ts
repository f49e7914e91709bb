import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { enrollSeat, jobId, type JobData, type Outcome, type SeatId } from '@seatkeeper/core'
import { aWakeUp } from './agenda.fixture.ts'
import { dataOf, openServer, type Bench } from './bench.fixture.ts'
import { jobOptions } from './job-options.ts'
import type { WakingType } from './processor.ts'
import { until } from './until.fixture.ts'

type EnrollData = JobData<typeof enrollSeat>
type NewerData = Omit<EnrollData, 'v'> & { readonly v: 2; readonly store: string }

/** As the next release might have it: its payload names a store as well. */
const newerEnrollSeat: WakingType<NewerData> = {
  name: enrollSeat.name,
  data: {
    safeParse: (stored) => {
      const { v, store, ...rest } = stored as Record<string, unknown>
      const read = enrollSeat.data.safeParse({ ...rest, v: 1 })
      if (v !== 2 || typeof store !== 'string' || !read.success) return { success: false }
      return { success: true, data: { ...read.data, v, store } }
    },
  },
  upcasts: [(older) => ({ ...older, store: 'shop' })],
  item: ({ lms, seat }) => ({ kind: 'seat', lms, seat }),
  backoff: enrollSeat.backoff,
  deadlineMs: enrollSeat.deadlineMs,
}
const jobs = 40

let host: Awaited<ReturnType<typeof openServer>>
let bench: Bench

beforeAll(async () => {
  host = await openServer()
})
afterAll(() => host.stop())
beforeEach(async () => {
  bench = await host.bench()
})
afterEach(() => bench.close())

/** Every second one as the newer release adds it. */
async function addMixed(): Promise<void> {
  for (let n = 1; n <= jobs; n += 1) {
    const wakeUp = aWakeUp(n)
    const data = n % 2 === 0 ? { ...dataOf(wakeUp), v: 2, store: 'shop' } : dataOf(wakeUp)
    await bench.raw.add(enrollSeat.name, data, { ...jobOptions, jobId: jobId(wakeUp.item, 1) })
  }
}

describe('workers of two releases on one lane', () => {
  it('lose and kill nothing: the older puts back what it cannot read, the newer reads both', async () => {
    const done = { older: new Set<string>(), newer: new Set<string>() }
    const noting =
      (release: keyof typeof done) =>
      async ({ seat }: { readonly seat: SeatId }): Promise<Outcome> => {
        done[release].add(seat)
        return { status: 'applied' }
      }
    const older = bench.start(noting('older'), { concurrency: 5 })
    await addMixed()
    await until('the older one has put back all it cannot read', async () => {
      const { completed, delayed } = await bench.raw.getJobCounts('completed', 'delayed')
      return completed === jobs / 2 && delayed === jobs / 2
    })
    bench.startOf(newerEnrollSeat, noting('newer'), { concurrency: 5 })
    await older.close()
    for (const job of await bench.raw.getDelayed()) await job.promote()
    await until('all are done', async () => (await bench.raw.getCompletedCount()) === jobs)
    expect(done.older.size).toBe(jobs / 2)
    expect(done.newer.size).toBe(jobs / 2)
    expect(await bench.raw.getFailedCount()).toBe(0)
    const completed = await bench.raw.getCompleted()
    expect(completed.every(({ attemptsMade }) => attemptsMade === 1)).toBe(true)
  })

  it('lets the newer one lift what the older one added', async () => {
    const stores: string[] = []
    bench.startOf(newerEnrollSeat, async ({ store }) => {
      stores.push(store)
      return { status: 'applied' }
    })
    await bench.wakeUps.wake([aWakeUp(1), aWakeUp(2)])
    await until('both are done', async () => (await bench.raw.getCompletedCount()) === 2)
    expect(stores).toEqual(['shop', 'shop'])
  })
})

import { afterEach, describe, expect, it } from '@jest/globals'
import { createLedger } from '@seatkeeper/ledger'
import { createOpenedx, type OpenedxTools } from '@seatkeeper/openedx'
import { until } from '../e2e/until.ts'
import { startWork, type Work, type WorkOptions } from './work.ts'

let work: Work

afterEach(() => work.close())

const aWhileMs = 180_000
const seats = 60

/** Each job has the calls that it would have shared for itself, and shares nothing. */
const withoutSharing: typeof createOpenedx = (config, tools: OpenedxTools) => {
  const lms = createOpenedx(config, tools)
  const entrance: typeof lms.entrance = ({ calls, shared = 0, class: of, holdMs }) =>
    lms.entrance({ class: of, calls: calls + shared, holdMs })
  return { ...lms, entrance }
}

async function settle(options: WorkOptions = {}): Promise<number> {
  work = await startWork({ lms: { staffCallsPerMinute: Infinity }, workers: 1, open: createLedger, ...options })
  work.campus.faults.add({ route: 'any', kind: 'delay', delayMs: 30 })
  await work.sell(seats)
  await work.start()
  await until('all are enrolled', () => work.enrolled() === seats, { withinMs: 120_000 })
  return work.countedCalls().length / seats
}

describe('a burst of seats', () => {
  it(
    'takes little more than one call a seat, one of ten reads, and each row is made once',
    async () => {
      expect(await settle()).toBeLessThan(1.35)
      expect(work.countedCalls().filter(({ method }) => method === 'POST')).toHaveLength(seats)
    },
    aWhileMs,
  )

  it(
    'takes two calls a seat where nothing is shared',
    async () => {
      expect(await settle({ openLms: withoutSharing })).toBe(2)
    },
    aWhileMs,
  )
})

import { describe, expect, it } from '@jest/globals'
import { LmsId, OrderId, SeatId } from '@seatkeeper/core'
import { anOffer, anOrder, emailOf } from '@seatkeeper/core/fixture'
import type { Balance, ImbalancedSeat } from '@seatkeeper/ledger'
import { useLedger } from '@seatkeeper/ledger/fixture'
import { createLogger, createMetrics } from '@seatkeeper/service'
import { watchBalance } from './balance-watch.ts'
import { createSignals } from './signals.ts'

const campus = { id: LmsId.parse('campus'), lastClaimGone: 'deactivate' } as const
const academy = { id: LmsId.parse('academy'), lastClaimGone: 'deactivate' } as const

const at = useLedger()

describe('watchBalance', () => {
  it('publishes how many seats of each LMS are not as they were paid for, zeros included', async () => {
    const { ledger } = at
    for (const [index, learner] of ['ada', 'grace'].entries()) {
      const order = OrderId.parse(String(1001 + index))
      await ledger.applySnapshot(anOffer(anOrder({ order, learner: emailOf(`${learner}@example.org`) })))
    }
    const metrics = createMetrics()
    const { onBalanced } = createSignals(createLogger('silent'), metrics)
    await watchBalance({ ledger, lms: [campus, academy], onBalanced })()
    const text = await metrics.text()
    const gauge = 'seatkeeper_imbalanced_seats'
    expect(text).toContain(`${gauge}{lms="campus",kind="paid-but-not-enrolled",status="due"} 2`)
    expect(text).toContain(`${gauge}{lms="campus",kind="refunded-but-enrolled",status="settled"} 0`)
    expect(text).toContain(`${gauge}{lms="academy",kind="paid-but-not-enrolled",status="due"} 0`)
  })

  it('tells once every page was seen, counts a seat that came twice once, and begins anew', async () => {
    const due = { lms: campus.id, kind: 'paid-but-not-enrolled', status: 'due' } as const
    const seats = ['s1', 's2'].map((name) => ({ ...due, seat: SeatId.parse(name.padEnd(20, '0')) }))
    const told: (readonly ImbalancedSeat[])[] = []
    const ledger: Balance = {
      imbalancedSeats: async ({ cursor }) =>
        cursor === null ? { seats: seats.slice(0, 1), next: 'more' } : { seats, next: null },
    }
    const look = watchBalance({ ledger, lms: [campus], onBalanced: (_, imbalanced) => told.push(imbalanced) })
    await look()
    expect(told).toEqual([])
    await look()
    expect(told).toEqual([seats])
    await look()
    await look()
    expect(told).toEqual([seats, seats])
  })
})

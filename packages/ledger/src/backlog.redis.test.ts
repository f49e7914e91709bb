import { describe, expect, it } from '@jest/globals'
import { enrollSeat, OrderId } from '@seatkeeper/core'
import { anOffer, anOrder, emailOf } from '@seatkeeper/core/fixture'
import { useLedger } from './fixture.ts'

const at = useLedger()

async function sellSeat(order: number): Promise<string> {
  const snapshot = anOrder({ order: OrderId.parse(`${order}`), learner: emailOf(`l${order}@example.org`) })
  await at.ledger.applySnapshot(anOffer(snapshot))
  return `seat-${(await at.ledger.orderView(snapshot))?.seats[0]}`
}

describe('the backlog', () => {
  it('counts what is due in each lane and says how old the oldest is', async () => {
    const oldest = await sellSeat(1)
    await sellSeat(2)
    await at.redis.hincrby(`${at.prefix}item:${oldest}`, 'due', -60_000)
    const lane = (await at.ledger.backlog()).find((one) => one.lane === 'enroll.campus')
    expect(lane).toMatchObject({ due: 2, waiting: 0 })
    expect(lane?.oldestMs).toBeGreaterThanOrEqual(60_000)
    expect(lane?.oldestMs).toBeLessThan(120_000)
  })

  it('counts the dead by what they died of, and where', async () => {
    expect(await at.ledger.deadByCode()).toEqual(new Map())
    const { backoff } = enrollSeat
    for (const [order, code] of [
      [3, 'LMS_COURSE_UNKNOWN'],
      [4, 'LMS_COURSE_UNKNOWN'],
      [5, 'LMS_ENROLMENT_REFUSED'],
    ] as const) {
      const id = await sellSeat(order)
      await at.ledger.fileFailure({ id, generation: 1, code, permanent: true, backoff, random: 0 })
    }
    expect(await at.ledger.deadByCode()).toEqual(
      new Map([
        ['LMS_COURSE_UNKNOWN', 2],
        ['LMS_ENROLMENT_REFUSED', 1],
      ]),
    )
    expect(await at.ledger.deadByLane()).toEqual(new Map([['enroll.campus', 3]]))
  })
})

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { startRedis, type EmbeddedRedis } from '@seatkeeper/simulators'
import { expectations, type Expectation, type ExpectedOrder } from './expectations.ts'
import { deliveriesOf, momentsOf, scenarios } from './recordings.fixture.ts'
import { startReplay, type SeatFound } from './replay.fixture.ts'

let redis: EmbeddedRedis

beforeAll(async () => {
  redis = await startRedis()
})
afterAll(() => redis.stop())

it('has an expectation for every recorded scenario', () => {
  expect(Object.keys(expectations).toSorted()).toEqual(scenarios)
})

it.each(scenarios)('has every request of %s in its scenario.json', (scenario) => {
  expect(deliveriesOf(scenario)).toHaveLength(expectationOf(scenario).answered)
})

describe.each([
  ['when they come', false],
  ['more than a day late', true],
])('the recorded webhooks, %s', (_, isLate) => {
  it.each(scenarios)('%s: seats, notes and statuses are as expected', async (scenario) => {
    const replay = await startReplay(redis.url, { isLate })
    try {
      const answers: number[] = []
      for (const moment of momentsOf(scenario)) answers.push(...(await replay.play(moment)))
      const expected = expectationOf(scenario)
      expect(answers).toEqual(Array.from({ length: expected.answered }, () => 200))
      expect(inOrder(await replay.seats())).toEqual(seatsOf(expected))
      const orders = await replay.orders()
      expect(orders).toEqual(ordersOf(expected, orders.keys()))
      expect(replay.shop.surprises).toEqual([])
      expect(await replay.ledger.conservation()).toMatchObject({ due: 0, waiting: 0 })
    } finally {
      await replay.close()
    }
  })
})

describe('the recorded webhooks, sent to a store that has none of their secrets', () => {
  it('are answered 401, pings excepted, and leave nothing behind', async () => {
    const replay = await startReplay(redis.url, { isLate: false })
    try {
      for (const delivery of scenarios.flatMap(deliveriesOf)) {
        const isPing = delivery.body.toString().startsWith('webhook_id=')
        expect([delivery.name, await replay.send(delivery, 'stranger')]).toEqual([delivery.name, isPing ? 200 : 401])
      }
      expect((await replay.ledger.conservation()).registered).toBe(0)
    } finally {
      await replay.close()
    }
  })
})

function expectationOf(scenario: string): Expectation {
  const found = expectations[scenario]
  if (found === undefined) throw new RangeError(`no expectation for ${scenario}`)
  return found
}

/** What is wanted is what the LMS has to hold. */
function seatsOf({ seats }: Expectation): readonly SeatFound[] {
  return inOrder(seats.map(([learner, course, wanted]) => ({ learner, course, wanted, held: wanted })))
}

function inOrder(seats: readonly SeatFound[]): readonly SeatFound[] {
  return seats.toSorted((one, other) => (`${one.learner} ${one.course}` < `${other.learner} ${other.course}` ? -1 : 1))
}

const quiet = { notes: [], statuses: [], open: 0 }

/** What is expected of the orders that were heard of and of all that are named, with number and signature to each note. */
function ordersOf({ orders }: Expectation, heard: Iterable<number>): ReadonlyMap<number, ExpectedOrder> {
  const numbers = [...heard, ...Object.keys(orders).map(Number)]
  return new Map(
    numbers.map((order) => {
      const { notes = [], ...rest } = orders[order] ?? {}
      const signed = notes.map((lines, index) => [
        `Seatkeeper #${index + 1}: what became of this order`,
        ...lines,
        `(seatkeeper shop/${order} #${index + 1})`,
      ])
      return [order, { ...quiet, ...rest, notes: signed }]
    }),
  )
}

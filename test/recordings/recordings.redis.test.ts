import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { startRedis, type EmbeddedRedis } from '@seatkeeper/simulators'
import { expectations, type Expectation, type ExpectedOrder } from './expectations.ts'
import { deliveriesOf, momentsOf, scenarios } from './recordings.fixture.ts'
import { startReplay, type Replay } from './replay.fixture.ts'

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
      expect(await replay.seats()).toEqual(seatsOf(expected))
      expect(await ordersIn(replay)).toEqual(ordersOf(expected, replay))
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
function seatsOf({ seats }: Expectation) {
  const named = seats.map(([learner, course, wanted]) => ({ learner, course, wanted, held: wanted }))
  return named.toSorted((one, other) => (`${one.learner} ${one.course}` < `${other.learner} ${other.course}` ? -1 : 1))
}

/** Every order that was heard of, with what was expected of it or nothing. */
function ordersOf({ orders }: Expectation, replay: Replay): Record<string, Required<ExpectedOrder> | object> {
  const quiet = { notes: [], statuses: [], open: 0, failure: undefined }
  const heard = [...replay.orders].map((order) => [order, { ...quiet, ...orders[Number(order)] }])
  return { ...Object.fromEntries(Object.entries(orders)), ...Object.fromEntries(heard) }
}

async function ordersIn(replay: Replay): Promise<Record<string, ExpectedOrder>> {
  const found = [...replay.orders].map(async (id) => {
    const order = Number(id)
    const notes = replay.shop.notes(order).map((note, index) => linesOf(note, order, index + 1))
    const [open, failure] = await Promise.all([replay.openSeats(order), replay.failure(order)])
    return [id, { notes, statuses: replay.shop.statuses(order), open, failure }]
  })
  return Object.fromEntries(await Promise.all(found))
}

/** What a note says between its number and its signature, both of which have to be right. */
function linesOf(note: string, order: number, number: number): readonly string[] {
  const lines = note.split('\n')
  expect(lines.at(0)).toBe(`Seatkeeper #${number}: what became of this order`)
  expect(lines.at(-1)).toBe(`(seatkeeper shop/${order} #${number})`)
  return lines.slice(1, -1)
}

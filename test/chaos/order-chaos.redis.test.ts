import { describe, expect, it } from '@jest/globals'
import { guards } from './controls.ts'
import { isSound, type OrderChaosResult } from './order-chaos.ts'
import { runSeeds } from './seeds.ts'

/** Small, to be done in a minute; `npm run faults -- order-chaos` takes 500 orders. */
const orders = 60
const hasWrongSeats = ({ wrong }: OrderChaosResult) => wrong.length > 0
const aWhileMs = 180_000

describe('orderChaos', () => {
  it(
    `leaves every seat as the orders say, 25 seeds with ${orders} orders each`,
    async () => {
      const results = await runSeeds({ first: 1, count: 25, orders })
      expect(results.filter((result) => !isSound(result))).toEqual([])
      expect(results).toHaveLength(25)
      expect(results.every(({ mishaps }) => mishaps.kill > 0 && mishaps.fail > 0)).toBe(true)
    },
    aWhileMs,
  )

  it(
    'plays a seed again as it was',
    async () => {
      const [first, again] = [
        await runSeeds({ first: 7, count: 1, orders }),
        await runSeeds({ first: 7, count: 1, orders }),
      ]
      expect(again).toEqual(first)
    },
    aWhileMs,
  )

  it.each(guards)(
    'sees wrong seats once %s is composed away',
    async (without) => {
      const results = await runSeeds({ first: 1, count: 25, orders, without, isEnough: hasWrongSeats })
      expect(results.some(hasWrongSeats)).toBe(true)
    },
    aWhileMs,
  )
})

import { interleave, type Benchmark } from '../comparison.ts'
import { burst } from '../load.ts'
import { makeOrders, requestOf } from '../orders.ts'
import { openRig } from '../rig.ts'

const orders = 1500

/** G4: what it costs that a 200 means "on disk". */
export const everyWriteSynced: Benchmark = {
  name: 'every-write-synced',
  about: 'G4: webhooks kept with appendfsync always against everysec, 50 connections',
  run: async ({ rounds, profiles }) => {
    const rig = await openRig(profiles)
    try {
      const ingress = await rig.startIngress()
      const keptWith = (policy: 'always' | 'everysec') => async () => {
        await rig.redis.config('SET', 'appendfsync', policy)
        const requests = makeOrders('twoCoursesAndAShirt', orders).map(requestOf)
        const { answered, seconds } = await burst(ingress, requests, { status: 200 })
        return answered / seconds
      }
      const sides = { ours: keptWith('always'), baseline: keptWith('everysec') }
      await interleave(1, sides)
      const numbers = await interleave(rounds, sides)
      return [
        {
          id: 'G4',
          unit: 'req/s',
          ours: { what: 'webhook kept, always', rounds: numbers.ours },
          baseline: { what: 'webhook kept, everysec', rounds: numbers.baseline },
          goal: { atLeast: 0.8 },
        },
      ]
    } finally {
      await rig.close()
    }
  },
}

import { interleave, type Benchmark } from '../comparison.ts'
import { burst } from '../load.ts'
import { makeOrders, requestOf } from '../orders.ts'
import { openRig } from '../rig.ts'

const orders = 1500
/** The baseline is done sooner, so it gets the same requests several times. */
const repeats = 3

/** G1: what one ingress takes in at 50 connections, all kept on disk before the answer. */
export const acceptedWebhook: Benchmark = {
  name: 'accepted-webhook',
  about: 'G1: webhooks kept by our ingress against a bare Express 202, same bodies, 50 connections',
  run: async ({ rounds, profiles }) => {
    const rig = await openRig(profiles)
    try {
      const [ingress, express] = [await rig.startIngress(), await rig.startExpress()]
      const ours = async () => {
        const { answered, seconds } = await burst(ingress, someRequests(), { status: 200 })
        return answered / seconds
      }
      const baseline = async () => {
        const requests = Array<readonly Buffer[]>(repeats).fill(someRequests()).flat()
        const { answered, seconds } = await burst(express, requests, { status: 202 })
        return answered / seconds
      }
      await interleave(1, { ours, baseline })
      const numbers = await interleave(rounds, { ours, baseline })
      return [
        {
          id: 'G1',
          unit: 'req/s',
          ours: { what: 'webhook kept, two seats', rounds: numbers.ours },
          baseline: { what: 'bare Express 202', rounds: numbers.baseline },
          goal: { atLeast: 0.9 },
        },
      ]
    } finally {
      await rig.close()
    }
  },
}

function someRequests(): readonly Buffer[] {
  return makeOrders('twoCoursesAndAShirt', orders).map(requestOf)
}

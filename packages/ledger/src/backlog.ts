import { z } from 'zod'
import type { Scripts } from './scripts.ts'

/** What waits in one lane. */
export interface LaneBacklog {
  readonly lane: string
  readonly due: number
  readonly waiting: number
  /** For how long the oldest due item is due, of those that the sweep looks at next; 0 where none is. */
  readonly oldestMs: number
}

/** How much there is to do. */
export interface Backlog {
  /** Every lane that has, or ever had, an item. */
  backlog(): Promise<readonly LaneBacklog[]>
  /** How many items are dead, by failure code. */
  deadByCode(): Promise<ReadonlyMap<string, number>>
  /** And by the lane they died in. */
  deadByLane(): Promise<ReadonlyMap<string, number>>
}

/** An item is looked at again every half minute, so the oldest is among the first unless a lane is very long. */
const lookedAt = 200

export function createBacklog(run: Scripts): Backlog {
  const deadBy = async (field: 'code' | 'lane', otherwise: string) =>
    new Map(z.array(z.tuple([z.string(), z.number()])).parse(await run('deadBy', field, otherwise)))
  return {
    backlog: async () => {
      const lanes = z
        .array(z.tuple([z.string(), z.number(), z.number(), z.number()]))
        .parse(await run('backlog', lookedAt))
      return lanes
        .map(([lane, due, waiting, oldestMs]) => ({ lane, due, waiting, oldestMs }))
        .toSorted((one, other) => one.lane.localeCompare(other.lane))
    },
    deadByCode: () => deadBy('code', 'UNEXPECTED'),
    deadByLane: () => deadBy('lane', ''),
  }
}

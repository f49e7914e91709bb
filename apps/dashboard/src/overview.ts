import type { Agenda, Conservation, Gates, GateState, Ledger } from '@seatkeeper/core'
import { deadLetterLane, gateOf } from '@seatkeeper/queue'
import type { Queue } from 'bullmq'
import type { LaneQueues } from './lane-queues.ts'

/** How one lane stands. */
export interface LaneView {
  readonly lane: string
  readonly gate: GateState
  /** Jobs by state; those with a priority wait like the others. */
  readonly jobs: {
    readonly waiting: number
    readonly active: number
    readonly delayed: number
    readonly failed: number
  }
}

/** Everything on the first page, as it was at one moment. */
export interface Overview {
  readonly atMs: number
  readonly counts: Conservation
  readonly lanes: readonly LaneView[]
}

export interface OverviewParts {
  readonly ledger: Pick<Agenda, 'conservation'> & Pick<Ledger, 'nowMs'> & { readonly gates: Pick<Gates, 'read'> }
  readonly queues: Pick<LaneQueues, 'all'>
}

/** Counts what there is and looks at every lane. */
export async function readOverview({ ledger, queues }: OverviewParts): Promise<Overview> {
  const lanes = (await queues.all()).filter(({ name }) => name !== deadLetterLane)
  const [atMs, counts, views] = await Promise.all([
    ledger.nowMs(),
    ledger.conservation(),
    Promise.all(lanes.map((queue) => viewLane(queue, ledger.gates))),
  ])
  return { atMs, counts, lanes: views }
}

async function viewLane(queue: Queue, gates: Pick<Gates, 'read'>): Promise<LaneView> {
  const gateName = gateOf(queue.name)
  const [counts, gate] = await Promise.all([
    queue.getJobCounts('wait', 'prioritized', 'active', 'delayed', 'failed'),
    gateName === undefined ? { state: 'open' as const } : gates.read(gateName),
  ])
  const { wait = 0, prioritized = 0, active = 0, delayed = 0, failed = 0 } = counts
  return { lane: queue.name, gate, jobs: { waiting: wait + prioritized, active, delayed, failed } }
}

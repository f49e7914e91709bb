import type { Agenda, Conservation, Gates, GateState, LanePause, LanePauses, Ledger } from '@seatkeeper/core'
import { deadLetterLane, gateOf } from '@seatkeeper/queue'
import type { Queue } from 'bullmq'
import type { LaneQueues } from './lane-queues.ts'

/** How one lane stands. */
export interface LaneView {
  readonly lane: string
  readonly gate: GateState
  /** Who stopped it by hand; null while it runs. */
  readonly pause: LanePause | null
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
  readonly ledger: Pick<Agenda, 'conservation'> &
    Pick<Ledger, 'nowMs'> &
    Pick<LanePauses, 'pausedLanes'> & { readonly gates: Pick<Gates, 'read'> }
  readonly queues: Pick<LaneQueues, 'all'>
}

/** Counts what there is and looks at every lane. */
export async function readOverview({ ledger, queues }: OverviewParts): Promise<Overview> {
  const [atMs, counts, lanes] = await Promise.all([
    ledger.nowMs(),
    ledger.conservation(),
    readLanes({ ledger, queues }, () => true),
  ])
  return { atMs, counts, lanes }
}

/** One lane, or undefined if there never was one of this name. */
export async function readLane(parts: OverviewParts, lane: string): Promise<LaneView | undefined> {
  const [view] = await readLanes(parts, (name) => name === lane)
  return view
}

async function readLanes(
  { ledger, queues }: OverviewParts,
  isMeant: (lane: string) => boolean,
): Promise<readonly LaneView[]> {
  const lanes = (await queues.all()).filter(({ name }) => name !== deadLetterLane && isMeant(name))
  const pauses = await ledger.pausedLanes()
  return Promise.all(
    lanes.map(async (queue) => {
      const pause = pauses.find(({ lane }) => lane === queue.name) ?? null
      return { ...(await viewLane(queue, ledger.gates)), pause }
    }),
  )
}

async function viewLane(queue: Queue, gates: Pick<Gates, 'read'>): Promise<Omit<LaneView, 'pause'>> {
  const gateName = gateOf(queue.name)
  const [counts, gate] = await Promise.all([
    queue.getJobCounts('wait', 'prioritized', 'active', 'delayed', 'failed'),
    gateName === undefined ? { state: 'open' as const } : gates.read(gateName),
  ])
  const { wait = 0, prioritized = 0, active = 0, delayed = 0, failed = 0 } = counts
  return { lane: queue.name, gate, jobs: { waiting: wait + prioritized, active, delayed, failed } }
}

import {
  LmsId,
  StoreId,
  type Agenda,
  type Conservation,
  type Gates,
  type GateState,
  type LanePause,
  type LanePauses,
  type Ledger,
} from '@seatkeeper/core'
import { codesFound, watchCursor } from '@seatkeeper/fulfilment'
import type { BalanceCount, Beats, CallsStanding, RedisLedger } from '@seatkeeper/ledger'
import { deadLetterLane, gateOf, lmsesOf } from '@seatkeeper/queue'
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

/** A store or an LMS. */
export interface SideView {
  readonly kind: 'store' | 'lms'
  readonly id: string
  readonly gate: GateState
  /** Items of all its lanes that are due, and for how long the oldest is. */
  readonly due: number
  readonly oldestMs: number
  /** Its lanes in which something is dead, and how much. */
  readonly dead: readonly (readonly [string, number])[]
  /** Of an LMS: null where no worker told of them lately. */
  readonly calls: CallsStanding | null
  /** Of an LMS: seats that are not as they were paid for; null until somebody counted. */
  readonly balance: BalanceCount | null
  /** Of a store: codes of what is wrong with its webhooks; null where nobody watches them. */
  readonly webhooks: readonly string[] | null
}

/** Everything on the first page, as it was at one moment. */
export interface Overview {
  readonly sides: readonly SideView[]
  readonly deadByCode: ReadonlyMap<string, number>
  readonly pulse: readonly Beats[]
  /** Orders with paid units that are nobody's yet. */
  readonly openOrders: number
  readonly atMs: number
  readonly counts: Conservation
  readonly lanes: readonly LaneView[]
}

export interface OverviewParts {
  readonly ledger: Pick<Agenda, 'conservation'> &
    Pick<Ledger, 'nowMs'> &
    Pick<LanePauses, 'pausedLanes'> &
    Pick<Ledger, 'readCursor'> &
    Pick<
      RedisLedger,
      'backlog' | 'callsStanding' | 'deadByCode' | 'deadByLane' | 'pulse' | 'balances' | 'countOpenOrders' | 'stores'
    > & {
      readonly gates: Pick<Gates, 'read'>
    }
  readonly queues: Pick<LaneQueues, 'all'>
}

/** Counts what there is and looks at every lane. */
export async function readOverview({ ledger, queues }: OverviewParts): Promise<Overview> {
  const atMs = await ledger.nowMs()
  const [counts, lanes, sides, deadByCode, pulse, openOrders] = await Promise.all([
    ledger.conservation(),
    readLanes({ ledger, queues }, () => true),
    readSides(ledger),
    ledger.deadByCode(),
    ledger.pulse(atMs),
    ledger.countOpenOrders(),
  ])
  return { atMs, counts, lanes, sides, deadByCode, pulse, openOrders }
}

async function readSides(ledger: OverviewParts['ledger']): Promise<readonly SideView[]> {
  const [backlog, balances, stores, dead] = await Promise.all([
    ledger.backlog(),
    ledger.balances(),
    ledger.stores(),
    ledger.deadByLane(),
  ])
  const worked = lmsesOf(backlog.map(({ lane }) => lane))
  const lms = [...new Set([...worked, ...balances.map((one) => one.lms)])].toSorted()
  const viewSide = async (kind: SideView['kind'], id: string): Promise<SideView> => {
    const isOwn = (lane: string) => gateOf(lane) === `${kind}.${id}`
    const own = backlog.filter(({ lane }) => isOwn(lane))
    return {
      kind,
      id,
      gate: await ledger.gates.read(`${kind}.${id}`),
      dead: [...dead].filter(([lane]) => isOwn(lane)),
      calls: kind === 'lms' ? await ledger.callsStanding(LmsId.parse(id)) : null,
      due: own.reduce((sum, { due }) => sum + due, 0),
      oldestMs: Math.max(0, ...own.map(({ oldestMs }) => oldestMs)),
      balance: balances.find((one) => kind === 'lms' && one.lms === id) ?? null,
      webhooks: kind === 'store' ? await readWebhooks(ledger, StoreId.parse(id)) : null,
    }
  }
  return Promise.all([...stores.map((id) => viewSide('store', id)), ...lms.map((id) => viewSide('lms', id))])
}

async function readWebhooks(ledger: Pick<Ledger, 'readCursor'>, store: StoreId): Promise<readonly string[] | null> {
  const found = await ledger.readCursor(watchCursor(store))
  return found === null ? null : [...new Set(codesFound(found))]
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

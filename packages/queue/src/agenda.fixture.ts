import {
  itemId,
  laneOf,
  LmsId,
  SeatId,
  type Agenda,
  type DeadItems,
  type LanePause,
  type LanePauses,
  type FailureFiling,
  type FailureFiled,
  type Gates,
  type GateState,
  type ItemState,
  type WakeUp,
} from '@seatkeeper/core'

/** The LMS of all tests. */
export const campus = LmsId.parse('campus')
export const enrollLane = laneOf.enroll(campus)

/** A wake-up of the `n`th seat. */
export function aWakeUp(n: number, some: Partial<WakeUp> = {}): WakeUp {
  const seat = SeatId.parse(`s${String(n).padStart(19, '0')}`)
  return { item: { kind: 'seat', lms: campus, seat }, lane: enrollLane, generation: 1, delayMs: 0, ...some }
}

/** A due item, woken by `aWakeUp` of the same number. */
export function anItem(n: number, some: Partial<ItemState> = {}): ItemState {
  const { item, lane } = aWakeUp(n)
  const open = {
    status: 'due',
    dueAtMs: 0,
    waitReason: null,
    change: null,
    attempts: [],
    replays: [],
    failure: null,
    discarded: null,
  } as const
  return { item, lane, generation: 1, settledGeneration: 0, ...open, ...some }
}

/** An agenda in memory: enough to see what the queue asks of it. */
export function createMemoryAgenda(items: readonly ItemState[]) {
  const states = new Map(items.map((state) => [itemId(state.item), state]))
  const filings: FailureFiling[] = []
  const postponed: { id: string; generation: number; delayMs: number }[] = []
  const count = (status: ItemState['status']) => [...states.values()].filter((state) => state.status === status).length
  const paused: LanePause[] = []
  let readings = 0
  const agenda: Agenda & Pick<DeadItems, 'deadNames'> & Pick<LanePauses, 'pausedLanes'> = {
    pausedLanes: async () => {
      readings += 1
      return paused
    },
    readItem: async (id) => states.get(id),
    changeOf: async (id) => states.get(id)?.change ?? null,
    fileFailure: async (filing) => {
      filings.push(filing)
      const state = states.get(filing.id)
      if (state === undefined || state.generation !== filing.generation) return { next: 'superseded' }
      const filed = nextOf(state, filing)
      const attempt = { atMs: 1, code: filing.code, nextInMs: filed.next === 'retry' ? filed.delayMs : null }
      const death = { status: 'dead', failure: { code: filing.code, atMs: 1 } } as const
      const attempts = [...state.attempts, attempt]
      states.set(filing.id, { ...state, attempts, ...(filed.next === 'dead' ? death : {}) })
      return filed
    },
    postpone: async (id, generation, delayMs) => {
      postponed.push({ id, generation, delayMs })
    },
    sweep: async (lane, limit) =>
      [...states.values()]
        .filter((state) => state.lane === lane && state.status === 'due')
        .slice(0, limit)
        .map(({ item, generation }) => ({ item, lane, generation, delayMs: 0 })),
    lanes: async () => [...new Set([...states.values()].map(({ lane }) => lane))],
    deadNames: async () =>
      [...states.values()]
        .filter(({ status }) => status === 'dead')
        .map(({ item, generation }) => ({ id: itemId(item), generation })),
    conservation: async () => ({
      registered: states.size,
      settled: count('settled'),
      due: count('due'),
      waiting: count('waiting'),
      dead: count('dead'),
    }),
  }
  return {
    agenda,
    paused,
    readings: () => readings,
    filings,
    postponed,
    set: (state: ItemState) => states.set(itemId(state.item), state),
  }
}

function nextOf({ attempts }: ItemState, { permanent, backoff, random }: FailureFiling): FailureFiled {
  const spentMs = attempts.reduce((sum, { nextInMs }) => sum + (nextInMs ?? 0), 0)
  if (permanent || spentMs >= backoff.giveUpAfterMs) return { next: 'dead' }
  return { next: 'retry', delayMs: Math.round(backoff.firstMs * random) }
}

/** Gates in memory; they do not open by themselves. Claims are free until `claims` is 0. */
export function createMemoryGates(claims = Infinity) {
  const shut = new Map<string, Exclude<GateState, { state: 'open' }>>()
  let left = claims
  const gates: Gates = {
    read: async (gate) => shut.get(gate) ?? { state: 'open' },
    shut: async (gate, state, code, forMs) => {
      shut.set(gate, { state, code, forMs, sinceMs: 0 })
    },
    open: async (gate) => {
      shut.delete(gate)
    },
    claimProbe: async () => {
      left -= 1
      return left >= 0
    },
  }
  return gates
}

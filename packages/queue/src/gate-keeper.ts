import { gateName, LmsId, StoreId, type Gates, type GateState } from '@seatkeeper/core'
import { shutForMs, shuttingFor } from './failure-action.ts'
import type { Prober } from './prober.ts'
import { repeat } from './repeat.ts'
import { sampleErrors, type OnError } from './sampled-errors.ts'
import type { LaneWorker } from './worker.ts'

/** A gate as it is while shut. */
export type ShutGate = Exclude<GateState, { state: 'open' }>

export interface GateKeeperOptions {
  readonly gate: string
  readonly gates: Gates
  /** All workers of this process that stand behind the gate. */
  readonly workers: readonly Pick<LaneWorker, 'pause' | 'resume' | 'limitTo' | 'concurrency'>[]
  /** The same that the workers ask, so that the other side is not asked twice. */
  readonly prober: Prober
  readonly pollMs?: number
  /** Called once per shutting seen by this process, and again if the reason becomes another. */
  readonly onShut: (gate: string, state: ShutGate) => void
  readonly onOpen: (gate: string) => void
  readonly onError: OnError
}

/** Keeps the workers of one process in step with one shared gate. */
export interface GateKeeper {
  /** What was read last; open until the first reading. */
  state(): GateState
  close(): Promise<void>
}

/** The gate before a lane, and undefined for a lane that has none. */
export function gateOf(lane: string): string | undefined {
  const [role, name] = lane.split('.')
  if (name === undefined) return undefined
  return ['orders', 'tell', 'chores'].includes(role ?? '')
    ? gateName.store(StoreId.parse(name))
    : gateName.lms(LmsId.parse(name))
}

/** The LMSs that some lanes lead to, each once. */
export function lmsesOf(lanes: readonly string[]): readonly LmsId[] {
  const names = lanes.flatMap((lane) => /^lms\.(.+)$/.exec(gateOf(lane) ?? '')?.[1] ?? [])
  return [...new Set(names)].toSorted().map((name) => LmsId.parse(name))
}

/**
 * Reads the gate once per `pollMs` and acts on it.
 *
 * Shut: workers stop fetching, what runs goes on. `closed` and `parked`: whoever's turn it is asks the other side, then
 * opens the gate or shuts it anew for a while; so it outlives one keeper but not all. `throttled` opens when its time
 * is over. Open again: one job at a time at first, then twice as many at each reading.
 */
export function keepGate(options: GateKeeperOptions): GateKeeper {
  const { gate, gates, workers, prober, pollMs = 1000, onShut, onOpen } = options
  const onError = sampleErrors(options.onError)
  const ramp = createRamp(workers)
  let seen: GateState = { state: 'open' }

  const follow = (state: GateState) => {
    const before = seen
    seen = state
    if (state.state === 'open') {
      if (before.state !== 'open') onOpen(gate)
      return ramp.rise()
    }
    if (before.state !== state.state) onShut(gate, state)
    ramp.stop()
  }
  const turn = async () => {
    const state = await gates.read(gate)
    follow(state)
    if (state.state === 'open' || state.state === 'throttled') return
    if (await isWellAgain({ gate, gates, prober }, state)) follow({ state: 'open' })
  }
  const turns = repeat(turn, pollMs, onError)
  return { state: () => seen, close: () => turns.close() }
}

async function isWellAgain(
  { gate, gates, prober }: Pick<GateKeeperOptions, 'gate' | 'gates' | 'prober'>,
  { state, code }: ShutGate,
): Promise<boolean> {
  const answer = await prober.ask(performance.now())
  if (answer.kind === 'well') await gates.open(gate)
  if (answer.kind !== 'ill') return answer.kind === 'well'
  const shutting = shuttingFor(answer.failure) ?? { state, code, forMs: shutForMs }
  await gates.shut(gate, shutting.state, shutting.code, shutting.forMs)
  return false
}

/**
 * Stops workers at once and lets them go again little by little, so that a side just risen is not run over.
 *
 * They are let go at every reading, because a worker may have paused itself for a gate that opened in between.
 */
function createRamp(workers: GateKeeperOptions['workers']) {
  const full = Math.max(1, ...workers.map(({ concurrency }) => concurrency))
  let allowed = full
  return {
    stop: () => {
      allowed = 0
      for (const worker of workers) worker.pause()
    },
    rise: () => {
      allowed = Math.min(Math.max(1, allowed * 2), full)
      for (const worker of workers) {
        worker.limitTo(allowed)
        worker.resume()
      }
    },
  }
}

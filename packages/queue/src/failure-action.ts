import {
  itemId,
  type Agenda,
  type Backoff,
  type FailureCode,
  type Gates,
  type GateState,
  type Item,
  type JobFailure,
} from '@seatkeeper/core'
import type { ProbeAnswer, Prober } from './prober.ts'

/** Why a gate is shut. */
export type ShutState = Exclude<GateState['state'], 'open'>

/** How a gate is to be shut. */
export interface Shutting {
  readonly state: ShutState
  readonly code: FailureCode
  /** At most so long; `closed` and `parked` are renewed by the keeper while the probe fails. */
  readonly forMs: number
}

/** What a failure comes to: an attempt that the agenda counts, a gate to shut, or a job to put back for now. */
export type Decision =
  | { readonly kind: 'file'; readonly permanent: boolean }
  | { readonly kind: 'shut'; readonly shutting: Shutting }
  | { readonly kind: 'hold' }

/** What becomes of the job itself. Only `retry` and `dead` cost an attempt. `behind` says how the gate was shut for it. */
export type FailureAction =
  | { readonly kind: 'retry'; readonly delayMs: number }
  | { readonly kind: 'back'; readonly delayMs: number; readonly behind: ShutState | null }
  | { readonly kind: 'dead' }
  | { readonly kind: 'superseded' }

/** How long one failed probe keeps a gate shut: several turns of a keeper, and not for ever if all keepers are dead. */
export const shutForMs = 30_000

/** What the verdict table needs to know of a failure. */
export type Verdictable = Pick<JobFailure, 'verdict' | 'code' | 'retryAfterMs'>

const unnamedWaitMs = 60_000
const backMs = 5000
const recentMs = 5000

/** Whether a verdict is believed only after the other side was asked. */
export function needsProbe({ verdict }: Verdictable): boolean {
  return verdict === 'outage' || verdict === 'misconfigured'
}

/**
 * The verdict table: what to do about a failure, given what the probe said.
 *
 * Pure. If the other side is well, the trouble is the item's own: an outage is then transient, a misconfiguration
 * permanent. If it is ill, the gate shuts for what the probe met, or else for what the item met. Unknown decides
 * nothing.
 */
export function decide(failure: Verdictable, answer: ProbeAnswer): Decision {
  if (failure.verdict === 'permanent') return { kind: 'file', permanent: true }
  if (failure.verdict === 'transient') return { kind: 'file', permanent: false }
  const own = shuttingFor(failure)
  if (failure.verdict === 'throttled' && own !== undefined) return { kind: 'shut', shutting: own }
  if (answer.kind === 'well') return { kind: 'file', permanent: failure.verdict === 'misconfigured' }
  const shutting = answer.kind === 'ill' ? (shuttingFor(answer.failure) ?? own) : undefined
  return shutting === undefined ? { kind: 'hold' } : { kind: 'shut', shutting }
}

/** How a failure of a probe or an item shuts a gate; undefined if it says nothing of the other side as a whole. */
export function shuttingFor({ verdict, code, retryAfterMs }: Verdictable): Shutting | undefined {
  if (verdict === 'outage') return { state: 'closed', code, forMs: shutForMs }
  if (verdict === 'misconfigured') return { state: 'parked', code, forMs: shutForMs }
  if (verdict === 'throttled') return { state: 'throttled', code, forMs: retryAfterMs ?? unnamedWaitMs }
  return undefined
}

export interface FailureActionDeps {
  readonly agenda: Pick<Agenda, 'fileFailure' | 'postpone'>
  readonly gate: string
  readonly gates: Pick<Gates, 'shut'>
  readonly prober: Prober
  /** 0 to 1. */
  readonly random?: () => number
}

/** One failed attempt. */
export interface FailedAttempt {
  readonly item: Item
  readonly generation: number
  readonly backoff: Backoff
  readonly failure: JobFailure
}

/** Does to gate and agenda what the table says of a failed attempt, and says what is to become of the job. */
export async function actOnFailure(
  attempt: FailedAttempt,
  { agenda, gate, gates, prober, random = Math.random }: FailureActionDeps,
): Promise<FailureAction> {
  const { item, generation, backoff, failure } = attempt
  const id = itemId(item)
  const answer: ProbeAnswer = needsProbe(failure) ? await prober.ask(oldestBelieved(failure)) : { kind: 'unknown' }
  const decision = decide(failure, answer)
  if (decision.kind === 'file') {
    const { permanent } = decision
    const filed = await agenda.fileFailure({ id, generation, code: failure.code, permanent, backoff, random: random() })
    return filed.next === 'retry' ? { kind: 'retry', delayMs: filed.delayMs } : { kind: filed.next }
  }
  const shutting = decision.kind === 'shut' ? spread(decision.shutting, random()) : undefined
  if (shutting !== undefined) await gates.shut(gate, shutting.state, shutting.code, shutting.forMs)
  const delayMs = backAfter(shutting, random())
  await agenda.postpone(id, generation, delayMs)
  return { kind: 'back', delayMs, behind: shutting?.state ?? null }
}

/** A wrong `well` costs an outage one short retry, but a misconfigured item its life: that one is asked for anew. */
function oldestBelieved({ verdict }: Verdictable): number {
  return verdict === 'misconfigured' ? performance.now() : performance.now() - recentMs
}

/** Waiters of one throttled lane do not come back in the same moment: up to a tenth later. */
function spread(shutting: Shutting, random: number): Shutting {
  return shutting.state === 'throttled'
    ? { ...shutting, forMs: Math.round(shutting.forMs * (1 + random / 10)) }
    : shutting
}

/** Behind a closed gate jobs come back soon, because nobody fetches them before it opens. */
function backAfter(shutting: Shutting | undefined, random: number): number {
  const atLeastMs = shutting?.state === 'throttled' ? shutting.forMs : backMs
  return Math.round(atLeastMs + random * backMs)
}

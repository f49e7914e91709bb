import { LmsId, type CallBudget, type CallClass, type PromisedCall } from '@seatkeeper/core'
import { createLedger } from '@seatkeeper/ledger'
import type { Redis } from 'ioredis'
import { createVirtualClock } from '../chaos/virtual-clock.ts'
import { seeded } from '../faults/random.ts'

/** One run of many workers that share a budget. */
export interface WindowRun {
  readonly seed: number
  readonly callsPerMinute: number
  readonly steps: number
  /** Takes a part of the budget away. */
  readonly without?: (budget: CallBudget) => CallBudget
}

/** What came of a run: when calls arrived at the LMS, by user, and how many of each class were made. */
export interface WindowResult {
  readonly arrivals: ReadonlyMap<string, readonly number[]>
  readonly made: Readonly<Record<CallClass, number>>
}

const classes: readonly [CallClass, ...CallClass[]] = ['revoke', 'enroll', 'enroll', 'enroll', 'housekeeping']
const users = ['ada', 'bob']
const startMs = Date.UTC(2026, 0, 5)
const jobMs = 15_000
const longestCallMs = 10_000

/** A call that is under way: the LMS counts it at some moment before its end. */
interface UnderWay {
  readonly call: PromisedCall
  readonly arrivesAtMs: number
  readonly endsAtMs: number
}

/**
 * Lets workers on two ledgers reserve, call, give back and die as chance has it, while our clock goes on in small and large
 * steps.
 */
export async function runWindow(redis: Redis, { seed, callsPerMinute, steps, without }: WindowRun) {
  const random = seeded(seed)
  const prefix = `{window-${seed}}:`
  const clock = createVirtualClock(redis, prefix, startMs)
  const open = () => createLedger(clock.redis, prefix).callBudget(LmsId.parse('campus'), callsPerMinute)
  const budgets: [CallBudget, ...CallBudget[]] = [open(), open()]
  const worker = () => (without ?? ((budget) => budget))(random.pick(budgets))
  const arrivals = new Map<string, number[]>(users.map((user) => [user, []]))
  const made = { revoke: 0, enroll: 0, housekeeping: 0 }
  let promised: PromisedCall[] = []
  let underWay: UnderWay[] = []

  const reserve = async (step: number) => {
    const calls = random.between(1, 4)
    const request = { class: random.pick(classes), calls, least: random.between(1, calls), users, holdMs: jobMs }
    const answer = await worker().reserve({ ...request, waiter: `${step}` })
    if (answer.status === 'reserved') promised.push(...answer.calls)
  }
  const begin = async () => {
    const call = promised.splice(random.between(0, promised.length - 1), 1)[0]
    if (call === undefined || (await worker().begin(call, longestCallMs)).status !== 'go') return
    const endsAtMs = clock.nowMs() + random.between(0, longestCallMs)
    underWay.push({ call, arrivesAtMs: random.between(clock.nowMs(), endsAtMs), endsAtMs })
    made[call.class] += 1
  }
  const finish = async (untilMs: number) => {
    for (const { call, arrivesAtMs, endsAtMs } of underWay.toSorted((a, b) => a.endsAtMs - b.endsAtMs)) {
      if (endsAtMs > untilMs) continue
      await clock.advanceTo(endsAtMs)
      arrivals.get(call.user)?.push(arrivesAtMs)
      if (random.next() > 0.05) await worker().end(call)
    }
    underWay = underWay.filter(({ endsAtMs }) => endsAtMs > untilMs)
    await clock.advanceTo(untilMs)
  }
  const act = [
    reserve,
    reserve,
    begin,
    begin,
    begin,
    begin,
    () => worker().giveBack(promised.splice(0, random.between(0, 2))),
    async () => void promised.splice(0, random.between(0, 2)),
    () => finish(clock.nowMs() + random.between(0, random.pick([50, 500, 500, 20_000]))),
  ] as const
  for (let step = 0; step < steps; step += 1) await random.pick(act)(step)
  await finish(clock.nowMs() + longestCallMs)
  return { arrivals, made }
}

/** The most calls of one user that any minute holds, however it is laid. */
export function fullestMinute({ arrivals }: Pick<WindowResult, 'arrivals'>): number {
  const counts = [...arrivals.values()].flatMap((times) =>
    times.map((end) => times.filter((time) => time > end - 60_000 && time <= end).length),
  )
  return Math.max(0, ...counts)
}

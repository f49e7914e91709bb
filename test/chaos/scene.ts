import type { JobFailure } from '@seatkeeper/core'
import { createLedger, type RedisLedger } from '@seatkeeper/ledger'
import type { Redis } from 'ioredis'
import { seeded, type Random } from '../faults/random.ts'
import { without, type Guard } from './controls.ts'
import { createJobs, type Jobs } from './jobs.ts'
import { createModelLms } from './model-lms.ts'
import { createModelShop } from './model-shop.ts'
import { createRises } from './oracle.ts'
import { createProduct } from './product.ts'
import { MadeToFail } from './mishaps.ts'
import { inWords, type ModelOrder } from './model-order.ts'
import { createScheduler, type Scheduler } from './scheduler.ts'
import { addressOf, cast, tell, type Delivery, type Told } from './story.ts'
import type { Judged } from './verdict.ts'
import { createVirtualClock, type VirtualClock } from './virtual-clock.ts'

export interface SceneOptions {
  readonly seed: number
  readonly orders: number
  /** A guard that is composed away, so that the test must see what it guards against. */
  readonly without?: Guard | undefined
  /** Follows the run: told of every change at the shop, and of every call with what befalls it. */
  readonly tell?: ((what: string) => void) | undefined
}

/** Everything of one run. */
export interface Scene {
  readonly clock: VirtualClock
  readonly random: Random
  readonly scheduler: Scheduler
  readonly jobs: Jobs
  readonly ledger: RedisLedger
  readonly told: Told
  readonly judged: Judged
  /** Of rounds of reconcile, whether they found nothing to do. */
  readonly quietRounds: boolean[]
  /** Failures that no fault explains. */
  readonly troubles: string[]
  /** Sends one body of a webhook. */
  readonly deliver: (delivery: Delivery) => void
  /** Whether a body of an order's last version was accepted. */
  readonly isFullyTold: (order: number) => boolean
}

export const storyStartMs = Date.UTC(2026, 0, 5, 9)
const sweepEveryMs = 10_000
const sweepLimit = 1000
const prefix = '{chaos}:'

/** A shop and an LMS with a story to come, and the product between them, on a Redis with a clock of ours. */
export function createScene(redis: Redis, { seed, orders, without: guard, tell: say }: SceneOptions): Scene {
  const [storyRandom, random] = [seeded(seed), seeded(~seed)]
  const clock = createVirtualClock(redis, prefix, storyStartMs)
  const ledger = without(guard, createLedger(clock.redis, prefix))
  const follow = (what: () => string) => say?.(`${new Date(clock.nowMs()).toISOString()} ${what()}`)
  const scheduler = createScheduler(random, clock, ({ worker, name, subject }, mishap) =>
    follow(() => `worker ${worker}: ${mishap ?? ''} ${name} ${JSON.stringify(subject)}`),
  )
  const people = cast(storyRandom, orders)
  const rises = createRises()
  const address = () => addressOf(storyRandom, people)
  let storyMs = storyStartMs
  const onChange = (order: ModelOrder) => {
    rises.note(order)
    follow(() => inWords(order))
  }
  const shop = createModelShop({ random: storyRandom, nowMs: () => storyMs, address, onChange })
  const lms = createModelLms()
  const quietRounds: boolean[] = []
  const troubles: string[] = []
  const onFailure = ({ code, cause }: JobFailure) => {
    if (code === 'UNEXPECTED' && !(cause instanceof MadeToFail)) troubles.push(String(cause))
  }
  const product = createProduct({
    ledger,
    shop,
    lms,
    sinceMs: storyStartMs,
    wake: async (wakeUps) => Promise.resolve(jobs.add(wakeUps)),
    onRound: ({ applied, bumped, compared, isDone }) =>
      void quietRounds.push(isDone && applied + bumped + compared === 0),
    onFailure,
  })
  const jobs = createJobs({ scheduler, clock, random, agenda: ledger, handle: product.handle, onFailure })
  const accepted = new Map<number, number>()
  const deliver = ({ order, version, news }: Delivery) =>
    scheduler.start(async (through) => {
      await product.accept(news, through)
      accepted.set(order.number, Math.max(version, accepted.get(order.number) ?? 0))
    })
  const at = (ms: number, action: () => void) =>
    scheduler.at(storyStartMs + ms, () => {
      storyMs = storyStartMs + ms
      action()
    })
  sweepForEver({ scheduler, clock, ledger, jobs })
  return {
    clock,
    random,
    scheduler,
    jobs,
    ledger,
    told: tell({ random: storyRandom, shop, lms, orders, people, at, deliver }),
    judged: { orders: shop.orders, people, lms, rises, strays: scheduler.mishaps.strays },
    quietRounds,
    troubles,
    deliver,
    isFullyTold: (number) =>
      shop.orders.some((order) => order.number === number && order.version === accepted.get(number)),
  }
}

/** As every worker process does: what is due and has no job gets one. */
function sweepForEver(parts: Pick<Scene, 'scheduler' | 'clock' | 'ledger' | 'jobs'>): void {
  const { scheduler, clock, ledger, jobs } = parts
  scheduler.at(clock.nowMs() + sweepEveryMs, () => {
    scheduler.start(async (through) => {
      const agenda = through(ledger)
      for (const lane of await agenda.lanes()) jobs.add(await agenda.sweep(lane, sweepLimit))
    })
    sweepForEver(parts)
  })
}

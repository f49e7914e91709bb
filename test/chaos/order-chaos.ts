import { createHash } from 'node:crypto'
import { isConserved, itemId, laneOf, type Conservation } from '@seatkeeper/core'
import type { Redis } from 'ioredis'
import { shopId } from './model-shop.ts'
import { one } from './model-order.ts'
import { createScene, storyStartMs, type Scene, type SceneOptions } from './scene.ts'
import { noMishaps, type MishapRates, type Mishaps } from './mishaps.ts'
import { lengthOf } from './story.ts'
import { flappingRows, idleWrites, wrongSeats } from './verdict.ts'

/** What a run counted. */
export interface OrderChaosResult {
  readonly seed: number
  readonly changes: number
  readonly deliveries: number
  readonly dropped: number
  /** Bodies of the story that came once more a week later. */
  readonly replayed: number
  readonly mishaps: Mishaps['counts']
  /** Calls of the LMS that were made when nobody waited for them any more. */
  readonly strays: number
  readonly lostWakeUps: number
  /** Rows at the LMS by the end. */
  readonly rows: number
  /** Rows and invitations not as the orders say, although the shop had told all of it, before any reconcile. */
  readonly wrongAsTold: readonly string[]
  /** Those not as the orders say after reconcile. */
  readonly wrong: readonly string[]
  /** Rows activated more often than wanted, and rows written to without need. */
  readonly flapping: readonly string[]
  readonly idle: readonly string[]
  /** Items that are dead. An order that died and then vanished is left out: it is for a person to see, and wants nothing. */
  readonly dead: readonly string[]
  readonly conservation: Conservation
  /** Failures that no fault explains, and work that never came to rest. */
  readonly troubles: readonly string[]
  /** Of every write at the LMS: a replay has the same one. */
  readonly digest: string
}

/** Whether a run was as it must be. */
export function isSound({ conservation, ...counted }: OrderChaosResult): boolean {
  const { wrongAsTold, wrong, flapping, idle, dead, troubles } = counted
  const isAtRest = isConserved(conservation) && conservation.due === 0
  return isAtRest && [wrongAsTold, wrong, flapping, idle, dead, troubles].every(({ length }) => length === 0)
}

const chaos: MishapRates = { kill: 0.002, fail: 0.002, freeze: 0.001 }
const lostWakeUps = 0.05
const aMinuteMs = 60_000
const aDayMs = 86_400_000
/** Whatever is not at rest after this never will be. */
const patienceMs = 2 * aDayMs

/**
 * Orders change; news of it comes late, twice, out of order, a week old or never; workers die of it, freeze and fail. In
 * the end every seat must be as the orders say.
 *
 * The ledger and the use cases are the product's own; shop, LMS and queue are models, and time is virtual. The seed
 * decides everything.
 *
 * @param redis of this run alone; it is emptied.
 */
export async function orderChaos(redis: Redis, options: SceneOptions): Promise<OrderChaosResult> {
  await redis.flushdb()
  const scene = createScene(redis, options)
  const { clock, judged, scheduler, jobs, troubles } = scene
  const restAfter = async (ms: number) => {
    if (!(await rest(scene, clock.nowMs() + ms))) troubles.push('never came to rest')
  }
  disturb(scene, true)
  await restAfter(lengthOf(options.orders))
  await clock.advanceTo(clock.nowMs() + 7 * aDayMs)
  const replayed = replayStale(scene)
  await restAfter(2 * aMinuteMs)
  disturb(scene, false)
  await restAfter(aMinuteMs)
  const wrongAsTold = wrongSeats(judged, (key) => judged.rises.ordersBehind(key).every(scene.isFullyTold))
  await reconcileAll(scene)
  await restAfter(aMinuteMs)
  const { changes, deliveries, dropped } = scene.told
  return {
    seed: options.seed,
    changes,
    deliveries,
    dropped,
    replayed,
    mishaps: scheduler.mishaps.counts,
    strays: scheduler.mishaps.strays.length,
    lostWakeUps: jobs.lost,
    rows: judged.lms.rows.size,
    wrongAsTold,
    wrong: wrongSeats(judged),
    flapping: flappingRows(judged),
    idle: idleWrites(judged),
    dead: await unexpectedlyDead(scene),
    conservation: await scene.ledger.conservation(),
    troubles,
    digest: createHash('sha256').update(JSON.stringify(judged.lms.writes)).digest('base64url'),
  }
}

function disturb({ scheduler, jobs }: Scene, isOn: boolean): void {
  scheduler.mishaps.setRates(isOn ? chaos : noMishaps)
  jobs.setLoss(isOn ? lostWakeUps : 0)
}

/** Goes on until a time has come and nothing is due or under way any more; false if that never comes. */
async function rest({ clock, scheduler, jobs, ledger }: Scene, fromMs: number): Promise<boolean> {
  while (clock.nowMs() < fromMs + patienceMs) {
    jobs.hire()
    await scheduler.step()
    const isIdle = clock.nowMs() >= fromMs && jobs.alive === 0 && scheduler.running === 0
    if (isIdle && (await ledger.conservation()).due === 0) return true
  }
  return false
}

async function unexpectedlyDead({ ledger, judged }: Scene): Promise<readonly string[]> {
  const vanished = new Set(judged.orders.filter(({ isGone }) => isGone).map(({ number }) => String(number)))
  const dead = await ledger.dead()
  return dead
    .filter(({ item }) => !(item.kind === 'order' && vanished.has(item.order)))
    .map(({ item, failure }) => `${itemId(item)} died of ${failure?.code}`)
}

/** One body in ten orders, the oldest, as somebody may have kept it. */
function replayStale({ told, clock, random, scheduler, judged, deliver }: Scene): number {
  const count = Math.ceil(judged.orders.length / 10)
  for (let index = 0; index < count; index += 1) {
    const body = one(random, told.bodies)
    scheduler.at(clock.nowMs() + random.between(0, aMinuteMs), () => deliver(body))
  }
  return count
}

/** Rounds of reconcile, a fortnight later so that every order's turn has come, until three in a row have nothing to do. */
async function reconcileAll(scene: Scene): Promise<void> {
  const { clock, ledger, quietRounds, scheduler, jobs } = scene
  await clock.advanceTo(storyStartMs + 30 * aDayMs)
  await ledger.ensureChore({ kind: 'chore', chore: 'reconcile', of: shopId }, laneOf.chores(shopId))
  disturb(scene, true)
  const isCalm = () => quietRounds.length >= 6 && quietRounds.slice(-3).every(Boolean)
  const untilMs = clock.nowMs() + patienceMs
  while (!isCalm() && clock.nowMs() < untilMs) {
    if (quietRounds.length === 3) disturb(scene, false)
    jobs.hire()
    await scheduler.step()
  }
}

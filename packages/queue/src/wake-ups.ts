import { jobId, jobOf, type WakeUp } from '@seatkeeper/core'
import type { BulkJobOptions, Queue } from 'bullmq'
import { within } from './deadline.ts'
import { jobOptions } from './job-options.ts'
import { openQueues, type QueuePlace } from './queues.ts'
import { sampleErrors, type OnError } from './sampled-errors.ts'

/** Housekeeping waits for all news of its lane; news is first come, first served. */
export type Urgency = 'news' | 'housekeeping'

/** How many jobs of a lane are in each state. */
export interface LaneDepth {
  readonly waiting: number
  readonly prioritized: number
  readonly active: number
  readonly delayed: number
  readonly failed: number
}

/** Adds and looks after the jobs that wake workers. */
export interface WakeUps {
  /**
   * Adds one job per wake-up; one whose id exists already adds nothing. Throws within two seconds if Redis does not
   * answer, and then the jobs may have been added all the same: either way the agenda's sweep makes it good.
   */
  wake(wakeUps: readonly WakeUp[], urgency?: Urgency): Promise<void>
  /** For the sweep: leaves living jobs alone, and adds anew those that ended or are missing. Gives their number. */
  ensure(wakeUps: readonly WakeUp[]): Promise<number>
  /** Removes finished jobs and events of these lanes that are older, also where nothing goes on. Gives the number of jobs. */
  purge(lanes: readonly string[], olderThanMs: number): Promise<number>
  depths(lanes: readonly string[]): Promise<ReadonlyMap<string, LaneDepth>>
  close(): Promise<void>
}

const wakeWithinMs = 1800
const priorities = { news: 0, housekeeping: 10 } as const satisfies Record<Urgency, number>

/** Makes the producer's side of the lanes. Errors behind the scenes go to `onError`, one a second. */
export function createWakeUps({ onError, ...place }: QueuePlace & { readonly onError: OnError }): WakeUps {
  const queues = openQueues(place, sampleErrors(onError))

  const wake = async (wakeUps: readonly WakeUp[], urgency: Urgency = 'news') => {
    const lanes = byLane(wakeUps).map(async ([lane, ofLane]) => {
      const queue = await queues.of(lane)
      await queue.addBulk(ofLane.map((wakeUp) => jobFor(wakeUp, urgency)))
    })
    await within(wakeWithinMs, Promise.all(lanes))
  }
  const ensureLane = async (lane: string, wakeUps: readonly WakeUp[]) => {
    const queue = await queues.of(lane)
    const alive = await aliveIn(queue, place.connection, wakeUps.map(idOf))
    const gone = wakeUps.filter((wakeUp) => !alive.has(idOf(wakeUp)))
    await Promise.all(gone.map((wakeUp) => queue.remove(idOf(wakeUp))))
    await queue.addBulk(gone.map((wakeUp) => jobFor(wakeUp, 'news')))
    return gone.length
  }
  return {
    wake,
    ensure: async (wakeUps) => {
      const added = await Promise.all(byLane(wakeUps).map(([lane, ofLane]) => ensureLane(lane, ofLane)))
      return added.reduce((sum, count) => sum + count, 0)
    },
    purge: async (lanes, olderThanMs) => {
      let removed = 0
      for (const lane of lanes) removed += await purgeLane(await queues.of(lane), place.connection, olderThanMs)
      return removed
    },
    depths: async (lanes) =>
      new Map(await Promise.all(lanes.map(async (lane) => [lane, await depthOf(await queues.of(lane))] as const))),
    close: () => queues.close(),
  }
}

function byLane(wakeUps: readonly WakeUp[]): readonly (readonly [string, readonly WakeUp[]])[] {
  return [...Map.groupBy(wakeUps, ({ lane }) => lane)]
}

function idOf({ item, generation }: WakeUp): string {
  return jobId(item, generation)
}

function jobFor(wakeUp: WakeUp, urgency: Urgency): { name: string; data: unknown; opts: BulkJobOptions } {
  const { type, data } = jobOf(wakeUp)
  const opts = { ...jobOptions, jobId: idOf(wakeUp), delay: wakeUp.delayMs, priority: priorities[urgency] }
  return { name: type.name, data: type.data.parse(data), opts }
}

/**
 * Which of these jobs will still run: one look at all states, so that a job moving between two is not missed.
 *
 * A job whose record exists but that is in none of the four lists is lost, whatever BullMQ calls it.
 */
async function aliveIn(
  queue: Queue,
  connection: QueuePlace['connection'],
  ids: readonly string[],
): Promise<ReadonlySet<string>> {
  if (ids.length === 0) return new Set()
  const look = connection.multi()
  for (const state of ['delayed', 'prioritized']) look.zmscore(queue.toKey(state), ...ids)
  for (const state of ['wait', 'active']) look.lrange(queue.toKey(state), 0, -1)
  const answers = (await look.exec()) ?? []
  const [delayed, prioritized, waiting, active] = answers.map(([error, answer]) => {
    if (error !== null) throw error
    return Array.isArray(answer) ? answer : []
  })
  const listed = new Set<unknown>([...(waiting ?? []), ...(active ?? [])])
  const isScored = (index: number) =>
    [delayed?.[index], prioritized?.[index]].some((score) => typeof score === 'string')
  return new Set(ids.filter((id, index) => listed.has(id) || isScored(index)))
}

const purgedAtOnce = 1000

async function purgeLane(queue: Queue, connection: QueuePlace['connection'], olderThanMs: number): Promise<number> {
  const completed = await queue.clean(olderThanMs, purgedAtOnce, 'completed')
  const failed = await queue.clean(olderThanMs, purgedAtOnce, 'failed')
  await connection.xtrim(queue.toKey('events'), 'MINID', Math.max(0, Date.now() - olderThanMs))
  return completed.length + failed.length
}

async function depthOf(queue: Queue): Promise<LaneDepth> {
  const states = ['wait', 'prioritized', 'active', 'delayed', 'failed'] as const
  const [waiting = 0, prioritized = 0, active = 0, delayed = 0, failed = 0] = await queue
    .getBackend()
    .getCounts([...states])
  return { waiting, prioritized, active, delayed, failed }
}

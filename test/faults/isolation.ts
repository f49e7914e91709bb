import { setTimeout as pause } from 'node:timers/promises'
import type { LmsSimulator } from '@seatkeeper/simulators'
import { until } from '../e2e/until.ts'
import type { FaultReport, FaultRun, FaultTest } from './fault-test.ts'
import { openSeatRig, type SeatRig } from './seat-rig.ts'

/** In its control all stores sell seats of one LMS, which hangs for one store's learners only: one lane for all. */
export const isolation: FaultTest = {
  name: 'isolation',
  promise: 'one of three LMSs hangs and a store sells rows that cannot be; the healthy LMS is no slower for it',
  run: (run) => isolate(run, { healthy: 'healthy', hung: 'hung', poisoned: 'poisoned' }),
  control: {
    without: 'lanes of their own',
    run: (run) => isolate(run, { healthy: 'one', hung: 'one', poisoned: 'one' }),
  },
}

const sizes = { small: { perSecond: 5, forMs: 8000, poison: 40 }, full: { perSecond: 10, forMs: 30_000, poison: 200 } }
const hangsForMs = 20_000
/** Below this no two latencies are told apart on a busy machine. */
const floorMs = 250
const noSuchCourse = 'course-v1:DemoU+NOWHERE+2026'

/** Which LMS each of three stores sells seats of. */
interface Campuses {
  readonly healthy: string
  readonly hung: string
  readonly poisoned: string
}

async function isolate({ scale }: FaultRun, campuses: Campuses): Promise<FaultReport> {
  const { perSecond, forMs, poison } = sizes[scale]
  const { healthy, hung, poisoned } = campuses
  const rig = await openSeatRig({ campuses: [...new Set(Object.values(campuses))] })
  try {
    rig.startWorker()
    const count = Math.round((perSecond * forMs) / 1000)
    const everyMs = 1000 / perSecond
    const before = await sellTo(rig, healthy, { name: 'before', count, everyMs })
    hang(rig.campuses.get(hung))
    const beside = [
      sellAndForget(rig, hung, { name: 'hung', count, everyMs }),
      sellAndForget(rig, poisoned, { name: 'poison', count: poison, everyMs: forMs / poison, sku: noSuchCourse }),
    ]
    const after = await sellTo(rig, healthy, { name: 'beside', count, everyMs })
    await Promise.all(beside)
    const [usual, worst] = [p99(before), p99(after)]
    return {
      load: `${perSecond}/s to each of three LMSs`,
      faults: `one hangs for ${hangsForMs / 1000} s with each call, ${poison} rows of a course that is not there`,
      lost: after.filter(({ tookMs }) => tookMs === undefined).map(({ learner }) => learner),
      duplicated: [],
      broken: worst > 2 * Math.max(usual, floorMs) ? ['the healthy LMS was more than twice as slow'] : [],
      worstAnswerMs: null,
      figures: { 'p99 latency': `${usual} ms alone, ${worst} ms beside the others` },
    }
  } finally {
    await rig.close()
  }
}

function hang(campus: LmsSimulator | undefined): void {
  campus?.faults.add({
    route: 'any',
    kind: 'hook',
    run: ({ path }) => (path.includes('hung-') ? pause(hangsForMs, undefined, { ref: false }) : undefined),
  })
}

interface Sales {
  readonly name: string
  readonly count: number
  readonly everyMs: number
  readonly sku?: string
}

async function sellAndForget(
  rig: SeatRig,
  lms: string,
  { name, count, everyMs, sku }: Sales,
): Promise<readonly string[]> {
  const learners = Array.from({ length: count }, (_, index) => `${name}-${index}`)
  for (const learner of learners) {
    await rig.sell(lms, learner, sku)
    await pause(everyMs)
  }
  return learners
}

interface Sold {
  readonly learner: string
  /** From the sale until the LMS had the row; undefined if that never came. */
  readonly tookMs: number | undefined
}

async function sellTo(rig: SeatRig, lms: string, sales: Sales): Promise<readonly Sold[]> {
  const soldAtMs = new Map<string, number>()
  for (let index = 0; index < sales.count; index += 1) {
    const learner = `${sales.name}-${index}`
    soldAtMs.set(learner, Date.now())
    await rig.sell(lms, learner)
    await pause(sales.everyMs)
  }
  const learners = [...soldAtMs.keys()]
  await until('all are enrolled', () => learners.every((learner) => rig.holds(lms, learner))).catch(() => undefined)
  const activatedAtMs = new Map(
    rig.campuses
      .get(lms)
      ?.events.flatMap((event) => (event.kind === 'activated' ? [[event.username, event.atMs] as const] : [])),
  )
  return [...soldAtMs].map(([learner, atMs]) => {
    const doneMs = activatedAtMs.get(learner)
    return { learner, tookMs: doneMs === undefined ? undefined : doneMs - atMs }
  })
}

function p99(sold: readonly Sold[]): number {
  const took = sold.map(({ tookMs = Infinity }) => tookMs).toSorted((one, other) => one - other)
  return took[Math.ceil(took.length * 0.99) - 1] ?? Infinity
}

import { itemId, type ItemState } from '@seatkeeper/core'
import { replay, type ReplayParts } from '@seatkeeper/fulfilment'
import type { RedisLedger } from '@seatkeeper/ledger'
import { until } from '../e2e/until.ts'
import type { FaultReport, FaultRun, FaultTest } from './fault-test.ts'
import { lettersOf, type Letters } from './letters.ts'
import { openSeatRig, type SeatRig } from './seat-rig.ts'

/** Seats of a course run that the LMS did not have, and then has. */
export const replayTwice: FaultTest = {
  name: 'replay',
  promise:
    'everything dead is replayed by two people at once, both are stopped half-way, a third goes on; each item lives once and says who revived it',
  run: (run) => replayAndCount(run),
  control: { without: 'the ledger: jobs alone are added again', run: (run) => replayAndCount(run, addJobsAgain) },
}

const sizes = {
  small: { count: 60, perSecond: 20 },
  full: { count: 5000, perSecond: 20 },
} as const
const lms = 'campus'
const missingCourse = 'course-v1:DemoU+LATER+2026'
const diedWithinMs = 900_000
const allowedMs = 300_000

type Reviving = ReplayParts['agenda']

/** As a plain queue of dead letters does. */
function addJobsAgain(ledger: RedisLedger): Reviving {
  return {
    ...ledger,
    replay: async ({ id }) => {
      const state = await ledger.readItem(id)
      if (state === undefined) return { result: 'left' }
      const { item, lane, generation } = state
      return { result: 'replayed', wakeUps: [{ item, lane, generation, delayMs: 0 }] }
    },
  }
}

async function replayAndCount(
  { scale, say }: FaultRun,
  revivingBy: (ledger: RedisLedger) => Reviving = (ledger) => ledger,
): Promise<FaultReport> {
  const { count, perSecond } = sizes[scale]
  const rig = await openSeatRig({ campuses: [lms] })
  try {
    rig.startWorker()
    const learners = Array.from({ length: count }, (_, index) => `learner${index}`)
    for (const learner of learners) await rig.sell(lms, learner, missingCourse)
    const isDead = async () => (await rig.ledger.conservation()).dead === count
    await until('all are dead', isDead, { withinMs: diedWithinMs })
    const dead = await rig.ledger.dead()
    const letters = await lettersOf(rig.redis)
    say(`  ${dead.length} dead`)
    rig.campuses.get(lms)?.addCourse({ key: missingCourse, name: 'At last', modes: [{ slug: 'verified' }] })
    const pressedMs = performance.now()
    await press(rig, revivingBy(rig.ledger), { count, perSecond })
    const missing = () => learners.filter((learner) => rig.times(lms, 'activated', learner) === 0)
    await until('all are enrolled', () => missing().length === 0, { withinMs: allowedMs }).catch(() => undefined)
    const tookMs = performance.now() - pressedMs
    return await reportOf(rig, { dead, letters, missing: missing(), learners, tookMs, perSecond })
  } finally {
    await rig.close()
  }
}

async function press(
  rig: SeatRig,
  agenda: Reviving,
  { count, perSecond }: { readonly count: number; readonly perSecond: number },
): Promise<void> {
  const replaying = replay({ agenda, wake: (due) => rig.wake(due) })
  const stopping = new AbortController()
  let replayed = 0
  const filter = { code: 'LMS_COURSE_UNKNOWN' } as const
  const onProgress = ({ done }: { readonly done: number }) => {
    replayed = Math.max(replayed, done)
    if (replayed >= count / 2) stopping.abort()
  }
  const pressed = ['ada', 'bob'].map((by) => replaying({ filter, by, perSecond, onProgress, signal: stopping.signal }))
  await Promise.allSettled(pressed)
  await replaying({ filter, by: 'cyd', perSecond })
}

interface Replays {
  readonly dead: readonly ItemState[]
  readonly letters: Letters
  readonly missing: readonly string[]
  readonly learners: readonly string[]
  /** From the first press until all were enrolled. */
  readonly tookMs: number
  readonly perSecond: number
}

async function reportOf(rig: SeatRig, replays: Replays): Promise<FaultReport> {
  const { dead, letters, missing, learners, tookMs, perSecond } = replays
  const states = await Promise.all(dead.map(({ item }) => rig.ledger.readItem(itemId(item))))
  const said = states.map((state) => state?.replays ?? [])
  const unsaid = said.filter(([first]) => first === undefined)
  const twice = dead.filter((_, index) => (said[index]?.length ?? 0) > 1)
  const crowd = mostWithinASecond(said.flatMap((some) => some.map(({ atMs }) => atMs)))
  const people = Map.groupBy(said.flat(), ({ by }) => by)
  return {
    load: `${dead.length} dead`,
    faults: `pressed twice at once, stopped half-way`,
    lost: missing,
    duplicated: [
      ...twice.map(({ item }) => itemId(item)),
      ...learners.filter((learner) => rig.times(lms, 'activated', learner) > 1),
    ],
    broken: [
      ...(unsaid.length > 0 ? [`${unsaid.length} do not say who revived them`] : []),
      ...(crowd > 2 * perSecond + 1 ? [`${crowd} were replayed within a second`] : []),
      ...letters.late,
      ...(tookMs > allowedMs ? ['it took longer than five minutes'] : []),
    ],
    worstAnswerMs: null,
    figures: {
      letters: letters.figure,
      replayed: [...people].map(([by, some]) => `${some.length} by ${by}`).join(', '),
      took: `${(tookMs / 1000).toFixed(1)} s until all were enrolled, at most ${crowd} within a second`,
    },
  }
}

/** After a pause a second's worth goes at once, so twice as many may fall into one. */
function mostWithinASecond(moments: readonly number[]): number {
  const sorted = moments.toSorted((one, other) => one - other)
  let from = 0
  return sorted.reduce((most, atMs, index) => {
    while (atMs - (sorted[from] ?? atMs) >= 1000) from += 1
    return Math.max(most, index - from + 1)
  }, 0)
}

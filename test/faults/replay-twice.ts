import { itemId, type ItemState } from '@seatkeeper/core'
import { replay } from '@seatkeeper/fulfilment'
import { until } from '../e2e/until.ts'
import type { FaultReport, FaultRun, FaultTest } from './fault-test.ts'
import { openSeatRig, type SeatRig } from './seat-rig.ts'

/** Seats of a course run that the LMS did not have, and then has. */
export const replayTwice: FaultTest = {
  name: 'replay',
  promise:
    'everything dead is replayed by two people at once, both are stopped half-way, a third goes on; each item lives once and says who revived it',
  run: (run) => replayAndCount(run, 20),
  control: { without: 'the rate', run: (run) => replayAndCount(run, Number.MAX_SAFE_INTEGER) },
}

const sizes = { small: 160, full: 5000 } as const
const lms = 'campus'
const missingCourse = 'course-v1:DemoU+LATER+2026'
const perSecond = 20
/** A second's worth may go at once after a pause. */
const mostInASecond = 2 * perSecond + 1
const diedWithinMs = 900_000
const allowedMs = 300_000

/** @param asked replays per second. */
async function replayAndCount({ scale, say }: FaultRun, asked: number): Promise<FaultReport> {
  const count = sizes[scale]
  const rig = await openSeatRig({ campuses: [lms] })
  try {
    rig.startWorker()
    const learners = Array.from({ length: count }, (_, index) => `learner${index}`)
    for (const learner of learners) await rig.sell(lms, learner, missingCourse)
    const isDead = async () => (await rig.ledger.conservation()).dead === count
    await until('all are dead', isDead, { withinMs: diedWithinMs })
    const dead = await rig.ledger.dead()
    say(`  ${dead.length} dead`)
    rig.campuses.get(lms)?.addCourse({ key: missingCourse, name: 'At last', modes: [{ slug: 'verified' }] })
    const tookMs = await press(rig, count, asked)
    const missing = () => learners.filter((learner) => rig.times(lms, 'activated', learner) === 0)
    await until('all are enrolled', () => missing().length === 0, { withinMs: allowedMs }).catch(() => undefined)
    return await reportOf(rig, { dead, missing: missing(), learners, tookMs })
  } finally {
    await rig.close()
  }
}

/** Gives how long it took to replay all. */
async function press(rig: SeatRig, count: number, asked: number): Promise<number> {
  const replaying = replay({ agenda: rig.ledger, wake: (due) => rig.wake(due) })
  const stopping = new AbortController()
  const startedMs = performance.now()
  let replayed = 0
  const filter = { code: 'LMS_COURSE_UNKNOWN' } as const
  const onProgress = ({ done }: { readonly done: number }) => {
    replayed = Math.max(replayed, done)
    if (replayed >= count / 2) stopping.abort()
  }
  const pressed = ['ada', 'bob'].map((by) =>
    replaying({ filter, by, perSecond: asked, onProgress, signal: stopping.signal }),
  )
  await Promise.allSettled(pressed)
  await replaying({ filter, by: 'cyd', perSecond: asked })
  return performance.now() - startedMs
}

interface Replays {
  readonly dead: readonly ItemState[]
  readonly missing: readonly string[]
  readonly learners: readonly string[]
  readonly tookMs: number
}

async function reportOf(rig: SeatRig, { dead, missing, learners, tookMs }: Replays): Promise<FaultReport> {
  const states = await Promise.all(dead.map(({ item }) => rig.ledger.readItem(itemId(item))))
  const replays = states.map((state) => state?.replays ?? [])
  const unsaid = replays.filter(([first]) => first === undefined)
  const twice = dead.filter((_, index) => (replays[index]?.length ?? 0) > 1)
  const crowd = mostWithinASecond(replays.flatMap((some) => some.map(({ atMs }) => atMs)))
  const people = Map.groupBy(replays.flat(), ({ by }) => by)
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
      ...(crowd > mostInASecond ? [`${crowd} were replayed within a second`] : []),
      ...(tookMs > allowedMs ? ['it took longer than five minutes'] : []),
    ],
    worstAnswerMs: null,
    figures: {
      replayed: [...people].map(([by, some]) => `${some.length} by ${by}`).join(', '),
      took: `${(tookMs / 1000).toFixed(1)} s, at most ${crowd} within a second`,
    },
  }
}

function mostWithinASecond(moments: readonly number[]): number {
  const sorted = moments.toSorted((one, other) => one - other)
  let from = 0
  return sorted.reduce((most, atMs, index) => {
    while (atMs - (sorted[from] ?? atMs) >= 1000) from += 1
    return Math.max(most, index - from + 1)
  }, 0)
}

import { courseSku } from '@seatkeeper/core/fixture'
import { createLedger } from '@seatkeeper/ledger'
import { bullPrefix, createWakeUps } from '@seatkeeper/queue'
import { Redis } from 'ioredis'
import { startSystemProcesses, type SystemProcesses } from '../e2e/processes.ts'
import { until } from '../e2e/until.ts'
import type { FaultReport, FaultRun, FaultTest } from './fault-test.ts'
import { addressOf, openTill, type Till } from './till.ts'

/**
 * A frozen worker is the worst of the dead: it goes on where it stopped, with rows that it read before others wrote them.
 * It is frozen with ten jobs that have all just read their row; half of their orders are cancelled meanwhile. Lease, lock,
 * deadline and call timeout each keep it from writing then, so none of them can be missed alone.
 */
export const oneEffect: FaultTest = {
  name: 'one-effect',
  promise:
    'the LMS makes what is asked and loses one answer in five, and a worker freezes for longer than its lock; everything happens once',
  run: (run) => freezeAndCount(run),
  control: {
    without: 'the search for stalled jobs',
    run: (run) => freezeAndCount(run, 'test/faults/worker-without-takeover.ts'),
  },
}

const sizes = {
  small: { seats: 150, freezes: 1, restWithinMs: 90_000 },
  full: { seats: 2000, freezes: 2, restWithinMs: 600_000 },
} as const

const lms = 'campus'
/** A job's lock, and a check for stalled ones. */
const stalledWithinMs = 35_000
const givenUpMs = 90_000
const jobsAtOnce = 10

interface Scene {
  readonly system: SystemProcesses
  readonly till: Till
}

async function freezeAndCount({ scale, say }: FaultRun, workerScript?: string): Promise<FaultReport> {
  const { seats, freezes, restWithinMs } = sizes[scale]
  const processes = { revoke: 'revoke' } as const
  const system = await startSystemProcesses({ processes, ...(workerScript === undefined ? {} : { workerScript }) })
  const redis = new Redis(system.redis.url)
  const wakeUps = createWakeUps({ connection: redis, prefix: bullPrefix, onError: () => undefined })
  try {
    const { campus } = system
    campus.addCourse({ key: courseSku, name: 'A course', modes: [{ slug: 'audit' }, { slug: 'verified' }] })
    campus.faults.add({ route: 'enrollment-post', kind: 'reset-after-commit', probability: 0.2 })
    const ledger = createLedger(redis)
    const till = openTill(ledger, (due) => wakeUps.wake(due))
    const learners = Array.from({ length: seats }, (_, index) => `learner${index}`)
    const isAtRest = async () => (await ledger.conservation()).due === 0
    const frozen: Frozen[] = []
    for (let freeze = 1; freeze <= freezes; freeze += 1) {
      for (const learner of learners.filter((_, index) => index % freezes === freeze - 1)) {
        campus.addUser({ username: learner, email: addressOf(learner) })
        await till.sell(lms, learner)
      }
      frozen.push(await freezeOne({ system, till }, `enroll-${freeze}`))
      await until('nothing is due', isAtRest, { withinMs: restWithinMs }).catch(() => undefined)
      say(`  thawed ${freeze} of ${freezes}`)
    }
    const due = (await ledger.conservation()).due
    return reportOf(system, { learners, frozen, due })
  } finally {
    await wakeUps.close()
    redis.disconnect()
    await system.close()
  }
}

interface Frozen {
  readonly cancelled: readonly string[]
  /** From the freeze until another worker had made the row, milliseconds, for each order that stood. */
  readonly takenOverMs: readonly number[]
}

/**
 * Starts a worker, freezes it with its hands full, and lets it go on once another has done all that it had in hand. Those of before
 * have ended, so all reads are its own.
 */
async function freezeOne({ system, till }: Scene, name: string): Promise<Frozen> {
  const { campus, processes } = system
  for (const [before, { kind }] of Object.entries(processes))
    if (kind === 'enroll') await system.kill(before, 'SIGTERM')
  const held = holdReads(system)
  const { child } = await system.add(name, 'enroll')
  await until('its hands are full', () => held.learners().length >= jobsAtOnce)
  child().signal('SIGSTOP')
  const frozenAtMs = Date.now()
  held.release()
  const learners = held.learners()
  const cancelled = learners.filter((_, index) => index % 2 === 0)
  for (const learner of cancelled) await till.cancel(lms, learner)
  await system.add(`${name}-instead`, 'enroll')
  const standing = learners.filter((learner) => !cancelled.includes(learner))
  const activatedAtMs = (learner: string) =>
    campus.events.find((event) => event.kind === 'activated' && event.username === learner)?.atMs
  const isTakenOver = () => standing.every((learner) => activatedAtMs(learner) !== undefined)
  await until('another took over', isTakenOver, { withinMs: givenUpMs }).catch(() => undefined)
  child().signal('SIGCONT')
  return { cancelled, takenOverMs: standing.map((learner) => (activatedAtMs(learner) ?? Infinity) - frozenAtMs) }
}

/** Holds every read of rows until told, and knows whose they were. */
function holdReads({ campus }: SystemProcesses) {
  const readers: string[] = []
  const { promise: released, resolve } = Promise.withResolvers<void>()
  const removers = (['enrollment-get', 'enrollment-list'] as const).map((route) =>
    campus.faults.add({
      route,
      kind: 'hook',
      run: ({ path, query }) => {
        const single = /([\w-]+),/.exec(decodeURIComponent(path))?.[1] ?? path
        readers.push(...(query.get('username')?.split(',') ?? [single]))
        return released
      },
    }),
  )
  return {
    learners: (): readonly string[] => readers,
    release: () => {
      removers.forEach((remove) => remove())
      resolve()
    },
  }
}

interface Effects {
  readonly learners: readonly string[]
  readonly frozen: readonly Frozen[]
  /** What never came to rest. */
  readonly due: number
}

function reportOf({ campus }: SystemProcesses, { learners, frozen, due }: Effects): FaultReport {
  const cancelled = new Set(frozen.flatMap((one) => one.cancelled))
  const isWrong = (learner: string) => (campus.row(learner, courseSku)?.isActive ?? false) === cancelled.has(learner)
  const times = (kind: string) =>
    Map.groupBy(
      campus.events.flatMap((event) => (event.kind === kind && 'username' in event ? [event.username] : [])),
      (username) => username,
    )
  const tooOften = ['activated', 'deactivated', 'mail'].flatMap((kind) =>
    [...times(kind)].flatMap(([learner, { length }]) => {
      const allowed = kind === 'deactivated' || cancelled.has(learner) ? 0 : 1
      return length > allowed ? [`${kind} ${learner} ×${length}`] : []
    }),
  )
  const took = frozen.flatMap(({ takenOverMs }) => takenOverMs).toSorted((one, other) => one - other)
  return {
    load: `${learners.length} seats`,
    faults: `one answer in five lost, ${frozen.length} freezes with ${jobsAtOnce} jobs each, ${cancelled.size} orders cancelled meanwhile`,
    lost: learners.filter(isWrong),
    duplicated: tooOften,
    broken: [
      ...(took.some((ms) => ms > stalledWithinMs) ? ['a stalled job was taken over only after 35 s'] : []),
      ...(due > 0 ? [`${due} seats never came to rest`] : []),
    ],
    worstAnswerMs: null,
    figures: {
      'taken over': `median ${seconds(took[Math.floor(took.length / 2)])}, worst ${seconds(took.at(-1))} after the freeze`,
    },
  }
}

function seconds(ms = 0): string {
  return `${(ms / 1000).toFixed(1)} s`
}

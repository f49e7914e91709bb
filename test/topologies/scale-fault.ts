import { isConserved } from '@seatkeeper/core'
import { courseSku } from '@seatkeeper/core/fixture'
import { createLedger, type RedisLedger } from '@seatkeeper/ledger'
import { bullPrefix, createWakeUps } from '@seatkeeper/queue'
import { Redis } from 'ioredis'
import { startSystemProcesses, type SystemProcesses } from '../e2e/processes.ts'
import { until } from '../e2e/until.ts'
import { repeatedEffects } from '../faults/calm.ts'
import type { FaultReport, FaultRun, FaultTest } from '../faults/fault-test.ts'
import { addressOf, openTill } from '../faults/till.ts'

/** Workers share nothing but Redis, so their number changes how fast things come right, and nothing else. */
export const scaleFault: FaultTest = {
  name: 'scale',
  promise:
    'two enroll workers and a revoke worker, of which one is killed at work: all seats as sold; more enroll workers, more seats a second',
  run: (run) => scaleUp(run, true),
  control: { without: 'the further workers', run: (run) => scaleUp(run, false) },
}

/** One answer of the LMS; it lets us call as often as we like. */
const answerMs = 300
const sizes = { small: { killed: 90, timed: 100 }, full: { killed: 900, timed: 500 } } as const
const withinMs = 240_000
/** What three workers make at the least of what one makes. */
const atLeast = 1.5

interface Scene {
  readonly system: SystemProcesses
  readonly ledger: RedisLedger
  sell(learners: readonly string[]): Promise<void>
  cancel(learner: string): Promise<void>
  isHeld(learner: string): boolean
}

async function scaleUp({ scale, say }: FaultRun, adds: boolean): Promise<FaultReport> {
  const system = await startSystemProcesses({ processes: { first: 'enroll', second: 'enroll', revoke: 'revoke' } })
  const redis = new Redis(system.redis.url)
  try {
    const scene = openScene(system, redis)
    const killing = await killOne(scene, namesOf('killed', sizes[scale].killed))
    say(`  ${killing.figure}`)
    const rates: number[] = []
    for (const name of [null, 'third', 'fourth']) {
      if (name !== null && adds) await system.add(name, 'enroll')
      rates.push(await rateOf(scene, namesOf(`timed${rates.length}`, sizes[scale].timed)))
      say(`  ${rates.length} enroll workers: ${rates.at(-1)?.toFixed(1)} seats/s`)
    }
    return await reportOf(scene, killing, rates)
  } finally {
    redis.disconnect()
    await system.close()
  }
}

function namesOf(word: string, count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `${word}-${index}`)
}

function openScene(system: SystemProcesses, redis: Redis): Scene {
  const { campus } = system
  campus.addCourse({ key: courseSku, name: 'A course', modes: [{ slug: 'audit' }, { slug: 'verified', price: 49 }] })
  campus.faults.add({ route: 'any', kind: 'delay', delayMs: answerMs })
  const ledger = createLedger(redis)
  const wakeUps = createWakeUps({ connection: redis, prefix: bullPrefix, onError: () => undefined })
  const till = openTill(ledger, (due) => wakeUps.wake(due))
  return {
    system,
    ledger,
    sell: async (learners) => {
      for (const learner of learners) {
        campus.addUser({ username: learner, email: addressOf(learner) })
        await till.sell('campus', learner)
      }
    },
    cancel: (learner) => till.cancel('campus', learner),
    isHeld: (learner) => campus.row(learner, courseSku)?.isActive === true,
  }
}

interface Killing {
  readonly figure: string
  readonly wrong: readonly string[]
}

/** Every third is taken back again. */
async function killOne(scene: Scene, learners: readonly string[]): Promise<Killing> {
  const { system, ledger } = scene
  const held = () => learners.filter((learner) => scene.isHeld(learner)).length
  const refunded = learners.filter((_, index) => index % 3 === 0)
  await scene.sell(learners)
  const isAtWork = () => held() >= learners.length / 3
  await until('a third is enrolled', isAtWork, { withinMs })
  const killedAt = held()
  await system.kill('first')
  for (const learner of refunded) await scene.cancel(learner)
  const begunMs = performance.now()
  const asSold = (learner: string) => scene.isHeld(learner) !== refunded.includes(learner)
  const isOver = async () => learners.every(asSold) && (await ledger.conservation()).due === 0
  await until('all is as sold', isOver, { withinMs }).catch(() => undefined)
  const tookS = ((performance.now() - begunMs) / 1000).toFixed(1)
  return {
    figure: `killed at ${killedAt} of ${learners.length} seats, ${refunded.length} refunded, all as sold after ${tookS} s`,
    wrong: learners.filter((learner) => !asSold(learner)),
  }
}

/** Seats a second, from the first that was made to the last. */
async function rateOf(scene: Scene, learners: readonly string[]): Promise<number> {
  await scene.sell(learners)
  await until('all are enrolled', () => learners.every((learner) => scene.isHeld(learner)), { withinMs })
  const ours = new Set(learners)
  const times = scene.system.campus.events.flatMap((event) =>
    event.kind === 'activated' && ours.has(event.username) ? [event.atMs] : [],
  )
  return ((learners.length - 1) * 1000) / (Math.max(...times) - Math.min(...times))
}

async function reportOf({ system, ledger }: Scene, killing: Killing, rates: readonly number[]): Promise<FaultReport> {
  const [one = 0, two = 0, three = 0] = rates
  const counted = await ledger.conservation()
  const ratios = rates.map((rate) => (rate / one).toFixed(2)).join(', ')
  return {
    load: killing.figure,
    faults: 'SIGKILL of one of two enroll workers',
    lost: killing.wrong,
    duplicated: repeatedEffects(system.campus),
    broken: [
      ...(three < one * atLeast ? [`three workers make ${(three / one).toFixed(2)} of what one makes`] : []),
      ...(isConserved(counted) ? [] : ['the count of the agenda is not even']),
    ],
    worstAnswerMs: null,
    figures: {
      'seats/s': `${[one, two, three].map((rate) => rate.toFixed(1)).join(', ')} with 1, 2, 3 enroll workers at ${answerMs} ms an answer`,
      ratio: ratios,
    },
  }
}

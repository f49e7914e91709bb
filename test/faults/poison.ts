import { createLedger, type RedisLedger } from '@seatkeeper/ledger'
import { Redis } from 'ioredis'
import { startSystemProcesses, type SystemProcesses } from '../e2e/processes.ts'
import { webhookSecret } from '../e2e/site.ts'
import { until } from '../e2e/until.ts'
import type { FaultReport, FaultRun, FaultTest } from './fault-test.ts'
import { lettersOf } from './letters.ts'
import { poisonAddress } from './poisoned-ledger.ts'
import { seeded } from './random.ts'
import { createSender } from './sender.ts'

/** Whoever supervises the worker starts it anew after each crash; a fourth one ends the run. */
export const poison: FaultTest = {
  name: 'poison',
  promise: 'one seat kills every worker that has it in hand; it is dead after three, and no other job is blamed',
  run: (run) => poisonAndCount(run, 'test/faults/worker-with-poison.ts'),
  control: {
    without: 'crash guilt',
    run: (run) => poisonAndCount(run, 'test/faults/worker-with-poison-without-guilt.ts'),
  },
}

const sizes = { small: 60, full: 200 } as const
const toleratedCrashes = 3
const course = 'course-v1:FaultU+POISON+2026'
/** Each crash leaves jobs behind that stall for half a minute. */
const restWithinMs = 300_000

async function poisonAndCount({ scale, seed, say }: FaultRun, workerScript: string): Promise<FaultReport> {
  const jobs = sizes[scale]
  const system = await startSystemProcesses({ workerScript })
  const redis = new Redis(system.redis.url)
  try {
    const random = seeded(seed)
    system.campus.faults.add({ kind: 'delay', delayMs: 100, route: 'any' })
    const victims = await sell(system, { jobs, poisonAt: random.between(20, jobs - 20) })
    const ledger = createLedger(redis)
    const crashes = await superviseUntilRest(system, ledger, say)
    const lost = victims.filter((learner) => system.campus.row(learner, course)?.isActive !== true)
    const dead = (await ledger.dead()).map(({ failure }) => failure?.code)
    const letters = await lettersOf(redis)
    return {
      load: `${jobs} sales, concurrency 10`,
      faults: `${crashes} crashes of the worker`,
      lost,
      duplicated: [],
      broken: [
        ...(crashes > toleratedCrashes ? [`the worker crashed ${crashes} times`] : []),
        ...(dead.join() === 'CRASHED' ? [] : [`dead are: ${dead.join(', ') || 'none'}`]),
        ...letters.late,
      ],
      worstAnswerMs: null,
      figures: { letters: letters.figure },
    }
  } finally {
    redis.disconnect()
    await system.close()
  }
}

/** Sells a seat each to all learners, and one to the poison. Gives the learners. */
async function sell(
  { campus, shop, processes }: SystemProcesses,
  { jobs, poisonAt }: { readonly jobs: number; readonly poisonAt: number },
): Promise<readonly string[]> {
  for (const { id } of shop.webhooks()) shop.deleteWebhook(id)
  campus.addCourse({ key: course, name: 'Poison', modes: [{ slug: 'audit' }, { slug: 'verified' }] })
  campus.addUser({ username: 'poison', email: poisonAddress })
  const product = shop.addProduct({ name: 'Poison', sku: course })
  const sender = createSender(`${processes['ingress']?.url}/webhooks/shop`, webhookSecret)
  const learners = Array.from({ length: jobs - 1 }, (_, index) => `learner${index}`)
  for (const learner of learners.toSpliced(poisonAt, 0, 'poison')) {
    if (learner !== 'poison') campus.addUser({ username: learner, email: `${learner}@example.org` })
    const order = shop.placeOrder({ email: `${learner}@example.org`, lines: [{ product }] })
    await sender.send(order, JSON.stringify(shop.order(order)))
  }
  sender.close()
  return learners
}

/** Starts the worker anew whenever it crashed, until nothing is due or it crashed too often. Gives the number of crashes. */
async function superviseUntilRest(system: SystemProcesses, ledger: RedisLedger, say: FaultRun['say']): Promise<number> {
  let crashes = 0
  const isAtRest = async () => {
    if (system.process('enroll').child().hasEnded()) {
      crashes += 1
      say(`  crash ${crashes}`)
      if (crashes > toleratedCrashes) return true
      await system.restart('enroll')
    }
    return (await ledger.conservation()).due === 0
  }
  await until('nothing is due', isAtRest, { withinMs: restWithinMs })
  return crashes
}

import { setInterval as every } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals'
import { createLedger, type RedisLedger } from '@seatkeeper/ledger'
import { bullPrefix } from '@seatkeeper/queue'
import { closeRedis, connectRedis, createLogger, untilRedisReady, type RedisClient } from '@seatkeeper/service'
import { signWebhook } from '@seatkeeper/simulators'
import { Queue } from 'bullmq'
import { addCourses, addressOf, courseKey, held, register, untilHeld } from './campus.ts'
import { runChild } from './child.ts'
import { startSystemProcesses, type SystemProcesses } from './processes.ts'
import { webhookSecret } from './site.ts'
import { until } from './until.ts'

jest.setTimeout(180_000)

/* One system of real processes, in the order of a bad day. */
let system: SystemProcesses
let redis: RedisClient
let ledger: RedisLedger
let products: Readonly<Record<'cs' | 'art' | 'bread', number>>

beforeAll(async () => {
  system = await startSystemProcesses()
  await system.add('ingress-2', 'ingress')
  addCourses(system)
  const { shop } = system
  products = {
    cs: shop.addProduct({ name: 'Computer Science 101', sku: courseKey('CS101') }),
    art: shop.addProduct({ name: 'History of Art', sku: courseKey('ART') }),
    bread: shop.addProduct({ name: 'Baking Bread', sku: courseKey('BRAED') }),
  }
  redis = connectRedis(system.redis.url, 'ledger', createLogger('silent'))
  await untilRedisReady(redis, 5000)
  ledger = createLedger(redis)
})

afterAll(async () => {
  await closeRedis(redis)
  await system.close()
})

/** Reconcile and audit, waiting for their next rounds. */
const chores = 2

describe('the main job', () => {
  it('enrols who paid, and ends access with a refund', async () => {
    register(system, 'ada')
    const order = await buy('ada', products.cs)
    await untilHeld(system, { learner: 'ada', run: 'CS101', mode: 'verified' })
    system.shop.refund(order, { amount: system.shop.order(order).total })
    await system.shop.deliver()
    await untilHeld(system, { learner: 'ada', run: 'CS101', mode: 'inactive' })
    expect(eventsOf('ada')).toEqual([...enrolling, 'deactivated'])
  })

  it('invites a buyer without an account, whom the LMS takes in when they register', async () => {
    await buy('nora', products.art)
    await until('nora is invited', () => system.campus.allowed().some(({ email }) => email === addressOf('nora')))
    register(system, 'nora')
    expect(held(system, 'nora', 'ART')).toBe('audit')
  })

  it('shows a wrong course key as a dead letter, and enrols once it is corrected and replayed', async () => {
    register(system, 'tony')
    const order = await buy('tony', products.bread)
    await until('the dead letter is shown', async () => (await deadLetters()).length > 0, { withinMs: 10_000 })
    const [letter] = await deadLetters()
    expect(letter).toMatchObject({ kind: 'seat', code: 'LMS_COURSE_UNKNOWN' })
    system.shop.setSku(products.bread, courseKey('BREAD'))
    const replay = await seatkeeper('dead-letter', 'replay', letter?.item ?? '')
    expect(replay).toMatchObject({ code: 0, stderr: '', stdout: `${letter?.item} is being tried again\n` })
    await untilHeld(system, { learner: 'tony', run: 'BREAD', mode: 'verified' })
    await until('no dead letter is shown', async () => (await deadLetters()).length === 0)
    expect((await seatkeeper('order', 'show', 'shop', String(order))).stdout).toContain(courseKey('BREAD'))
  })

  it('enrols by itself after the LMS was out for a while', async () => {
    const heal = system.campus.faults.add({ route: 'any', kind: 'status', status: 503 })
    register(system, 'alan')
    await buy('alan', products.cs)
    await until('the gate is shut', async () => (await ledger.gates.read('lms.campus')).state === 'closed')
    heal()
    await untilHeld(system, { learner: 'alan', run: 'CS101', mode: 'verified' })
    expect(await ledger.dead()).toEqual([])
  })

  it('refuses webhooks while Redis is away, and works within 5 s of its return', async () => {
    register(system, 'grace')
    const order = system.shop.placeOrder({ email: addressOf('grace'), lines: [{ product: products.cs }] })
    await system.redis.kill()
    const startedMs = performance.now()
    expect(await post('ingress', order)).toBe(503)
    expect(performance.now() - startedMs).toBeLessThan(2000)
    await system.redis.restart()
    await until('webhooks are taken', async () => (await post('ingress', order)) === 200, { withinMs: 5000 })
    await untilHeld(system, { learner: 'grace', run: 'CS101', mode: 'verified', withinMs: 5000 })
  })

  it('takes every webhook while each process is replaced in turn', async () => {
    const load = startLoad()
    for (const name of Object.keys(system.processes)) {
      load.sendTo(name === 'ingress' ? 'ingress-2' : 'ingress')
      await system.restart(name)
    }
    const { statuses, learners } = await load.stop()
    expect(statuses.length).toBeGreaterThan(20)
    expect(new Set(statuses)).toEqual(new Set([200]))
    for (const learner of learners) await untilHeld(system, { learner, run: 'CS101', mode: 'verified' })
  })

  // After 20 s a process gives up closing and ends with 1.
  it('lets every process end within 20 s at SIGTERM, and a job that runs to its end', async () => {
    const names = Object.keys(system.processes)
    register(system, 'edsger')
    const call = holdWorkOn('edsger')
    await buy('edsger', products.art)
    await call.arrived
    const closing = Promise.all(names.map((name) => system.kill(name, 'SIGTERM')))
    call.release()
    expect(await closing).toEqual(names.map(() => ({ code: 0, signal: null })))
    expect(held(system, 'edsger', 'ART')).toBe('verified')
    expect(await activeJobs()).toEqual([])
    await Promise.all(names.map((name) => system.restart(name)))
  })

  // A killed worker's lease lasts 30 s; the next sweep after that, at most 10 s later, wakes another.
  it('finishes the job of a killed worker in another', async () => {
    register(system, 'barbara')
    const call = holdWorkOn('barbara')
    await buy('barbara', products.art)
    await call.arrived
    await system.add('enroll-2', 'enroll')
    await system.kill('enroll')
    call.release()
    await untilHeld(system, { learner: 'barbara', run: 'ART', mode: 'verified', withinMs: 45_000 })
    expect(eventsOf('barbara')).toEqual(enrolling)
  })

  it('gives the buyer who registered late what they paid for', async () => {
    await untilHeld(system, { learner: 'nora', run: 'ART', mode: 'verified', withinMs: 45_000 })
    await until('nothing is due', async () => (await ledger.conservation()).due === 0)
    const { registered, settled } = await ledger.conservation()
    expect(registered).toBe(settled + chores)
  })
})

async function buy(learner: string, product: number): Promise<number> {
  const order = system.shop.placeOrder({ email: addressOf(learner), lines: [{ product }] })
  await system.shop.deliver()
  return order
}

/** What one enrolment of a newcomer in a mode other than the default comes to at the LMS. */
const enrolling = ['row-created', 'activated', 'mail', 'mode-changed']

/** What really happened to a learner's rows at the LMS. */
function eventsOf(learner: string): readonly string[] {
  return system.campus.events
    .filter((event) => 'username' in event && event.username === learner)
    .map(({ kind }) => kind)
}

/** Sends an order as the shop would, over a connection of its own; gives the status answered. */
async function post(ingress: string, order: number): Promise<number> {
  const body = JSON.stringify(system.shop.order(order))
  const { status } = await fetch(`${system.process(ingress).url}/webhooks/shop`, {
    method: 'POST',
    body,
    headers: {
      'content-type': 'application/json',
      connection: 'close',
      'x-wc-webhook-topic': 'order.updated',
      'x-wc-webhook-signature': signWebhook(webhookSecret, Buffer.from(body)),
    },
  })
  return status
}

/** New learners buy all the time; their orders go to one ingress or the other, as a load balancer would have it. */
function startLoad() {
  const learners: string[] = []
  const answers: Promise<number>[] = []
  const stopping = new AbortController()
  let ingress = 'ingress'
  const sell = async () => {
    for await (const _ of every(50, undefined, { signal: stopping.signal })) {
      const learner = `learner-${learners.length}`
      register(system, learner)
      learners.push(learner)
      const order = system.shop.placeOrder({ email: addressOf(learner), lines: [{ product: products.cs }] })
      answers.push(post(ingress, order).catch(() => 0))
    }
  }
  const sold = sell().catch((error: unknown) => {
    if (!stopping.signal.aborted) throw error
  })
  return {
    sendTo: (name: string) => {
      ingress = name
    },
    stop: async () => {
      stopping.abort()
      await sold
      return { learners, statuses: await Promise.all(answers) }
    },
  }
}

/** Keeps the LMS from answering what a learner's row is, and with it the job that asks before it writes. */
function holdWorkOn(learner: string): { readonly arrived: Promise<void>; release(): void } {
  const arrival = Promise.withResolvers<void>()
  const release = Promise.withResolvers<void>()
  const run = async ({ path }: { readonly path: string }) => {
    if (!path.includes(learner)) return
    arrival.resolve()
    await release.promise
  }
  const heal = system.campus.faults.add({ route: 'enrollment-get', kind: 'hook', run })
  return {
    arrived: arrival.promise,
    release: () => {
      heal()
      release.resolve()
    },
  }
}

interface Letter {
  readonly item: string
  readonly kind: string
  readonly code: string
}

async function deadLetters(): Promise<readonly Letter[]> {
  return (await jobsOf('dead-letter', 'waiting')).map(({ data }) => data as Letter)
}

async function activeJobs(): Promise<readonly string[]> {
  const lanes = await ledger.lanes()
  const jobs = await Promise.all(lanes.map((lane) => jobsOf(lane, 'active')))
  return jobs.flat().map(({ id }) => id ?? '')
}

async function jobsOf(name: string, state: 'waiting' | 'active') {
  const queue = new Queue(name, { connection: redis, prefix: bullPrefix, skipMetasUpdate: true })
  const jobs = await queue.getJobs([state])
  await queue.close()
  return jobs
}

function seatkeeper(...args: readonly string[]) {
  return runChild({ script: 'apps/cli/src/main.ts', args, env: system.operator })
}

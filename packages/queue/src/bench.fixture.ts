import { enrollSeat, type Outcome, type WakeUp } from '@seatkeeper/core'
import { startRedis, type EmbeddedRedis } from '@seatkeeper/simulators'
import { Queue } from 'bullmq'
import { Redis } from 'ioredis'
import type { Work } from './admission.ts'
import { anItem, campus, createMemoryAgenda, createMemoryGates, enrollLane } from './agenda.fixture.ts'
import { producerConnection, workerConnection } from './connections.fixture.ts'
import { createDeadLetters } from './dead-letter.ts'
import type { AttemptReport } from './attempt-report.ts'
import type { Handler, WakingType } from './processor.ts'
import { createProber } from './prober.ts'
import { createWakeUps } from './wake-ups.ts'
import { until } from './until.fixture.ts'
import { startWorker, type WorkerDeps } from './worker.ts'

type EnrollData = (typeof enrollSeat)['data'] extends { parse(data: unknown): infer Data } ? Data : never

export type EnrollHandler = Handler<EnrollData>
export type EnrollWork = Work<EnrollData>

const applied: Outcome = { status: 'applied' }

/** A real Redis with one prefix per bench; everything opened on it is closed in the reverse order. */
export async function openServer() {
  const server: EmbeddedRedis = await startRedis()
  let benches = 0
  return {
    server,
    bench: () => {
      benches += 1
      return openBench(server, `{bench-${benches}}:bull`)
    },
    stop: () => server.stop(),
  }
}

export type Bench = Awaited<ReturnType<typeof openBench>>

async function openBench(server: EmbeddedRedis, prefix: string) {
  const closers: (() => Promise<unknown>)[] = []
  const errors: Error[] = []
  const onError = (error: Error) => void errors.push(error)
  const connect = (options: object) => {
    const redis = new Redis({ path: server.url, ...options })
    redis.on('error', () => undefined)
    closers.unshift(async () => redis.disconnect())
    return redis
  }
  const producer = { connection: connect(producerConnection), prefix }
  const consumer = { connection: connect(workerConnection), prefix }
  await until('the producer is connected', () => producer.connection.status === 'ready')
  const wakeUps = createWakeUps({ ...producer, onError })
  const deadLetters = createDeadLetters({ ...producer, onError })
  const raw = new Queue(enrollLane, { ...consumer, skipMetasUpdate: true })
  raw.on('error', () => undefined)
  closers.unshift(
    () => wakeUps.close(),
    () => deadLetters.close(),
    () => raw.close(),
  )
  const gates = createMemoryGates()
  const memory = createMemoryAgenda([1, 2, 3, 4, 5].map((n) => anItem(n)))
  const attempts: AttemptReport[] = []
  const prober = createProber({ gate: `lms.${campus}`, gates, probe: async () => undefined })
  const deps: WorkerDeps = {
    ...consumer,
    agenda: memory.agenda,
    gate: `lms.${campus}`,
    gates,
    prober,
    deadLetters,
    onAttempt: (report) => void attempts.push(report),
    onError,
  }
  const startOf = starting(deps, closers)
  return {
    prefix,
    producer,
    consumer,
    connect,
    wakeUps,
    deadLetters,
    /** BullMQ's own face of the enrolment lane. */
    raw,
    gates,
    memory,
    attempts,
    errors,
    isBlocked: () => isBlocked(producer.connection, prefix),
    defer: (close: () => Promise<unknown>) => void closers.unshift(close),
    start: (work: EnrollWork = async () => applied, some: Partial<WorkerDeps> = {}) => startOf(enrollSeat, work, some),
    /** A worker of the same lane for a job type of another release. */
    startOf,
    close: async () => {
      for (const close of closers) await close()
    },
  }
}

/** Starts workers of the enrolment lane that are closed with all else. */
function starting(deps: WorkerDeps, closers: (() => Promise<unknown>)[]) {
  return <Data extends { readonly generation: number }>(
    type: WakingType<Data>,
    handler: Work<Data>,
    some: Partial<WorkerDeps> = {},
  ) => {
    const worker = startWorker(type, enrollLane, handler, { ...deps, closeWithinMs: 2000, ...some })
    closers.unshift(() => worker.close())
    return worker
  }
}

/** What a wake-up of the enrolment lane carries. */
export function dataOf({ item, generation }: WakeUp): object {
  return item.kind === 'seat' ? { v: 1, lms: item.lms, seat: item.seat, generation } : {}
}

/** Whether a worker of this prefix sits in its blocking read. */
async function isBlocked(connection: Redis, prefix: string): Promise<boolean> {
  const clients = String(await connection.client('LIST')).split('\n')
  return clients.some((client) => client.includes(`name=${prefix}`) && / flags=\w*b/.test(client))
}

import { Queue, Worker } from 'bullmq'
import { Redis } from 'ioredis'
import { until } from '../../e2e/until.ts'
import { interleave, type Benchmark } from '../comparison.ts'
import { burst } from '../load.ts'
import { makeOrders, requestOf } from '../orders.ts'
import { openRig, type Rig } from '../rig.ts'

const orders = 500
const jobs = 4000
const concurrency = 50
/** 1 KB with its frame. */
const data = { padding: 'x'.repeat(1000) }

/** G5: orders from the webhook to the row at the LMS, against the most that BullMQ drains on this machine. */
export const endToEnd: Benchmark = {
  name: 'end-to-end',
  about: 'G5: orders through ingress, queue and worker to an LMS that takes no time, against draining no-op jobs',
  run: async ({ rounds, profiles }) => {
    const rig = await openRig(profiles)
    try {
      const ingress = await rig.startIngress()
      await rig.startWorker(concurrency)
      const sides = { ours: () => fulfil(rig, ingress), baseline: () => drain(rig) }
      await interleave(1, sides)
      const numbers = await interleave(rounds, sides)
      return [
        {
          id: 'G5',
          unit: '/s',
          ours: { what: 'orders end to end, 3 LMS calls each', rounds: numbers.ours },
          baseline: { what: 'no-op 1 KB jobs drained', rounds: numbers.baseline },
          goal: { atLeast: 0.28 },
        },
      ]
    } finally {
      await rig.close()
    }
  },
}

/** Orders of one course a second, from the first request to the last row written. */
async function fulfil({ lms }: Rig, ingress: string): Promise<number> {
  const requests = makeOrders('oneCourse', orders).map(requestOf)
  const { count: before } = lms.enrolled()
  const startedMs = performance.now()
  await burst(ingress, requests, { status: 200 })
  await until('every order is at the LMS', () => lms.enrolled().count >= before + orders, { withinMs: 60_000 })
  const { count, lastAtMs } = lms.enrolled()
  if (count !== before + orders) throw new Error(`${count - before} rows were written for ${orders} orders`)
  return orders / ((lastAtMs - startedMs) / 1000)
}

/** Jobs a second that one worker in this process drains from a queue that was filled before. */
async function drain({ redisUrl }: Rig): Promise<number> {
  const connection = new Redis(redisUrl, { maxRetriesPerRequest: null })
  const queue = new Queue('drained', { connection })
  await queue.addBulk(Array.from({ length: jobs }, () => ({ name: 'nothing', data })))
  let done = 0
  const worker = new Worker(queue.name, () => Promise.resolve(), {
    connection,
    concurrency,
    autorun: false,
    removeOnComplete: { count: 0 },
  })
  const drained = new Promise<number>((resolve) => {
    worker.on('completed', () => {
      done += 1
      if (done === jobs) resolve(performance.now())
    })
  })
  const startedMs = performance.now()
  void worker.run()
  const seconds = ((await drained) - startedMs) / 1000
  await worker.close()
  await queue.close()
  connection.disconnect()
  return jobs / seconds
}

import { createHmac, timingSafeEqual } from 'node:crypto'
import { planSeats } from '@seatkeeper/core'
import { isAuthentic, newsOf } from '@seatkeeper/woocommerce'
import { interleave, type Benchmark } from '../comparison.ts'
import { policy, makeOrders, store, type BenchOrder } from '../orders.ts'

const distinct = 100
const repeats = 40
const [secret = ''] = store.webhookSecrets

/** G3: CPU of all that a webhook needs before it is stored, in this process. */
export const verifyAndPlan: Benchmark = {
  name: 'verify-and-plan',
  about: 'G3: CPU to verify, parse, read and plan a webhook against HMAC and JSON.parse alone',
  run: async ({ rounds }) => {
    const orders = makeOrders('twoCoursesAndAShirt', distinct)
    const sides = {
      ours: async () => cpuMicros(orders, plan),
      baseline: async () => cpuMicros(orders, verifyAndParse),
    }
    await interleave(2, sides)
    const numbers = await interleave(rounds, sides)
    return [
      {
        id: 'G3',
        unit: 'µs CPU',
        ours: { what: 'verify, parse, news, plan', rounds: numbers.ours },
        baseline: { what: 'HMAC, JSON.parse', rounds: numbers.baseline },
        goal: { atMost: 1.4 },
      },
    ]
  },
}

/** Gives what the work is about, so that no compiler leaves it out. */
type Work = (order: BenchOrder) => number

function cpuMicros(orders: readonly BenchOrder[], work: Work): number {
  const started = process.cpuUsage()
  let done = 0
  for (let turn = 0; turn < repeats; turn += 1) for (const order of orders) done += work(order)
  const { user, system } = process.cpuUsage(started)
  if (done !== orders.length * repeats * 2) throw new Error('an order was not read as two seats')
  return (user + system) / (orders.length * repeats)
}

const plan: Work = ({ body, signature }) => {
  if (!isAuthentic(body, signature, store.webhookSecrets)) return 0
  const news = newsOf({ body, contentType: 'application/json', topic: 'order.created' }, store)
  return news.kind === 'snapshot' ? planSeats(news.snapshot, policy).claims.length : 0
}

const verifyAndParse: Work = ({ body, signature }) => {
  const digest = createHmac('sha256', secret).update(body).digest()
  if (!timingSafeEqual(digest, Buffer.from(signature, 'base64'))) return 0
  const { line_items: lines } = JSON.parse(body.toString()) as { readonly line_items: readonly unknown[] }
  return lines.length - 1
}

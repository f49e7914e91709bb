import { setTimeout as pause } from 'node:timers/promises'
import type { LmsFaultPlan } from '@seatkeeper/simulators'
import type { SystemProcesses } from '../e2e/processes.ts'
import { webhookSecret } from '../e2e/site.ts'
import { openSales } from '../faults/sales.ts'
import { createSender } from '../faults/sender.ts'

/** What is wrong with the LMS, and from when until when, seconds from the beginning. */
const troubles: readonly { readonly from: number; readonly to: number; readonly plan: LmsFaultPlan }[] = [
  { from: 40, to: 60, plan: { route: 'any', kind: 'status', status: 503 } },
  { from: 85, to: 86, plan: { route: 'any', kind: 'throttle-429', retryAfterSeconds: 12, times: 1 } },
  { from: 115, to: 135, plan: { route: 'any', kind: 'delay', delayMs: 700 } },
]
const lastsMs = 160_000
const saleEveryMs = 150
const refundedEvery = 8
const unknownEvery = 60
/** More at the LMS than is answered at once. */
const callMs = 40

/**
 * A shop sells and refunds, some orders name a course run that is not there, and the LMS has its troubles. Gives when that began and
 * ended, milliseconds.
 */
export async function playEventfulMinutes(system: SystemProcesses): Promise<{ fromMs: number; toMs: number }> {
  const { campus, shop } = system
  const sales = openSales(system, (2 * lastsMs) / saleEveryMs)
  const nowhere = shop.addProduct({ name: 'Nowhere', sku: 'course-v1:FaultU+NOWHERE+2026' })
  const sender = createSender(`${system.process('ingress').url}/webhooks/shop`, webhookSecret)
  const tell = (order: number) => sender.send(order, JSON.stringify(shop.order(order)))
  const fromMs = Date.now()
  campus.faults.add({ route: 'any', kind: 'delay', delayMs: callMs })
  const troubled = Promise.all(
    troubles.map(async ({ from, to, plan }) => {
      await pause(from * 1000)
      const end = campus.faults.add(plan)
      await pause((to - from) * 1000)
      end()
    }),
  )
  for (let sold = 1; Date.now() < fromMs + lastsMs; sold += 1) {
    const isUnknown = sold % unknownEvery === 0
    const email = `learner${sold}@example.org`
    const order = isUnknown ? shop.placeOrder({ email, lines: [{ product: nowhere }] }) : sales.next()
    await tell(order)
    if (sold % refundedEvery === 0 && !isUnknown) {
      shop.refund(order, { amount: shop.order(order).total })
      await tell(order)
    }
    await pause(saleEveryMs)
  }
  await troubled
  sender.close()
  return { fromMs, toMs: Date.now() }
}

import { pingRequest, send, signedRequest, type DeliveryRequest, type ShopDelivery } from './delivery.ts'
import type { DeliveryFaults } from './faults.ts'
import { hooksOf, type Fire } from './hooks.ts'
import type { Home } from './order-json.ts'
import { payloadOf } from './payload.ts'
import { phpJson } from './php-json.ts'
import type { ShopState, Webhook } from './state.ts'

/** The failure count at which one more failure disables a webhook: the seventh in a row. */
const lastFailureCounted = 6

/** A delivery to be made: one per webhook and hook argument. */
export interface QueuedDelivery {
  readonly webhook: number
  readonly topic: string
  readonly order: number
}

/** The shop's background queue, as far as webhooks use it. */
export interface DeliveryQueue {
  /** Queues a delivery for every active webhook that listens, unless the same one is still waiting. */
  readonly fire: Fire
  readonly queued: () => readonly QueuedDelivery[]
  /** Runs the queue to its end, strictly one delivery after another; only one run goes on at a time. */
  readonly run: () => Promise<readonly ShopDelivery[]>
  /** Sends the unsigned form; only an answer of exactly 200 ends the webhook's pinging. */
  readonly ping: (webhook: Webhook) => Promise<void>
  /** Sends recorded bytes once more, as anyone who captured them could. Counts for nothing at the shop. */
  readonly redeliver: (delivery: ShopDelivery) => Promise<ShopDelivery>
  /** Everything that was sent, in order. */
  readonly journal: readonly ShopDelivery[]
}

export interface DeliveryQueueOptions {
  readonly state: ShopState
  readonly home: () => Home
  readonly nowMs: () => number
  readonly faults: DeliveryFaults
  /** How long an answer is waited for; the real shop waits 60 s. */
  readonly timeoutMs: number
  /** Ends what is under way. */
  readonly closing: AbortSignal
}

/** A queue with nothing in it, for the webhooks of one shop. */
export function createDeliveryQueue(options: DeliveryQueueOptions): DeliveryQueue {
  const { state, home, nowMs } = options
  const waiting = new Map<string, QueuedDelivery>()
  const journal: ShopDelivery[] = []
  let lastRun: Promise<unknown> = Promise.resolve()

  const transmit = async (request: DeliveryRequest): Promise<ShopDelivery> => {
    const isDropped = request.topic !== null && options.faults.isDropped(request)
    const signal = AbortSignal.any([options.closing, AbortSignal.timeout(options.timeoutMs)])
    const delivery = { ...request, isDropped, answered: isDropped ? null : await send(request, signal) }
    journal.push(delivery)
    return delivery
  }

  const ping = async (webhook: Webhook): Promise<void> => {
    const { answered } = await transmit(pingRequest(webhook, nowMs()))
    if (answered !== 200) return
    webhook.isPingPending = false
    webhook.modifiedMs = state.now()
  }

  const deliver = async ({ webhook: id, order }: QueuedDelivery): Promise<ShopDelivery | undefined> => {
    const webhook = state.webhooks.get(id)
    if (webhook === undefined) return undefined
    const body = phpJson(payloadOf(state, home(), webhook, order))
    const delivery = await transmit(signedRequest(webhook, order, body, { url: home().url, nowMs: nowMs() }))
    if (delivery.isDropped || options.closing.aborted) return delivery
    countFailures(webhook, delivery.answered)
    webhook.modifiedMs = state.now()
    if (webhook.isPingPending && webhook.status === 'active') await ping(webhook)
    return delivery
  }

  const runOnce = async (): Promise<readonly ShopDelivery[]> => {
    const made: ShopDelivery[] = []
    for (const [key, next] of waiting) {
      if (options.closing.aborted) break
      waiting.delete(key)
      const delivery = await deliver(next)
      if (delivery !== undefined) made.push(delivery)
    }
    return made
  }

  return {
    fire: (hook, argument) => {
      for (const { id, topic } of listeners(state, hook)) {
        const key = `${id}/${argument}`
        if (!waiting.has(key)) waiting.set(key, { webhook: id, topic, order: argument })
      }
    },
    queued: () => [...waiting.values()],
    run: () => {
      const run = lastRun.then(runOnce)
      lastRun = run.catch(() => undefined)
      return run
    },
    ping,
    redeliver: transmit,
    journal,
  }
}

function listeners(state: ShopState, hook: string): Webhook[] {
  const active = [...state.webhooks.values()].filter(({ status }) => status === 'active')
  return active.filter(({ topic }) => hooksOf(topic)?.includes(hook))
}

/**
 * 200 to 302 is a success and clears the count; the seventh failure in a row disables, and leaves the count at 6.
 *
 * @see woocommerce 11.0.1, `includes/class-wc-webhook.php`, `log_delivery` and `failed_delivery`
 */
function countFailures(webhook: Webhook, answered: number | null): void {
  if (answered !== null && answered >= 200 && answered <= 302) webhook.failures = 0
  else if (webhook.failures < lastFailureCounted) webhook.failures += 1
  else webhook.status = 'disabled'
}

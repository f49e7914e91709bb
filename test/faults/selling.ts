import { setTimeout as pause } from 'node:timers/promises'
import type { ShopSimulator } from '@seatkeeper/simulators'
import type { Sales } from './sales.ts'
import { createSender, type Sent } from './sender.ts'
import { webhookSecret } from '../e2e/site.ts'

/** One webhook as its sender knows it. */
export interface Delivery extends Sent {
  /** On the clock of `performance.now()`. */
  readonly answeredAtMs: number
}

/** Sellers at work. */
export interface Selling {
  /** In the order of their answers. */
  readonly deliveries: readonly Delivery[]
  /** Resolves when the last answer has come. */
  stop(): Promise<void>
}

export interface SellingParts {
  readonly shop: ShopSimulator
  readonly sales: Sales
  readonly ingressUrl: string
  /** Each sends the next order once its last one is answered. */
  readonly sellers: number
  /** Between an answer and the next order of one seller. */
  readonly restMs: number
  /** Asked before each order; a seller waits while it is false. */
  readonly mayGoOn?: () => boolean
  /** Of connections to the ingress; true unless said. */
  readonly keepAlive?: boolean
}

/** Sends a webhook for one paid order after the other until stopped; nothing is ever sent twice. */
export function startSelling(parts: SellingParts): Selling {
  const { shop, sales, ingressUrl, sellers, restMs, mayGoOn = () => true, keepAlive = true } = parts
  const sender = createSender(`${ingressUrl}/webhooks/shop`, webhookSecret, { keepAlive })
  const deliveries: Delivery[] = []
  const selling = { isOver: false }
  const sellOn = async () => {
    while (!selling.isOver) {
      if (!mayGoOn()) {
        await pause(restMs)
        continue
      }
      const order = sales.next()
      const sent = await sender.send(order, JSON.stringify(shop.order(order)))
      deliveries.push({ ...sent, answeredAtMs: performance.now() })
      await pause(restMs)
    }
  }
  const sold = Promise.all(Array.from({ length: sellers }, sellOn))
  return {
    deliveries,
    stop: async () => {
      selling.isOver = true
      await sold
      sender.close()
    },
  }
}

/** The orders of which the sender read an acknowledgement. */
export function acknowledged(deliveries: readonly Delivery[]): readonly number[] {
  return deliveries.filter(({ status }) => status === 200).map(({ order }) => order)
}

export function worstAnswerMs(deliveries: readonly Delivery[]): number {
  return Math.round(deliveries.reduce((worst, { tookMs }) => Math.max(worst, tookMs), 0))
}

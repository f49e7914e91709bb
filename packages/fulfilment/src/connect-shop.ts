import type { ShopWebhook, Store } from '@seatkeeper/core'
import { isDeliveredTo } from './watch-webhooks.ts'

export interface ConnectShopParts {
  readonly store: Pick<Store, 'readWebhooks' | 'createWebhook'>
  /** Where the shop is to send its webhooks. */
  readonly deliveryUrl: string
  readonly topics: readonly string[]
  /** One for each topic, in their order; where there are fewer, the last serves the rest. At least one. */
  readonly secrets: readonly string[]
}

/** A webhook of ours, and whether it was there before. One that was keeps its secret, which the shop tells nobody. */
export interface ConnectedWebhook extends Pick<ShopWebhook, 'id' | 'topic' | 'status'> {
  readonly isNew: boolean
}

/**
 * Makes the webhooks that a shop lacks.
 *
 * Safe to run again, also after a run whose answers were lost: what is there is left as it is. The shop says that it made a
 * webhook even if it can never deliver to it; only a delivery proves that.
 *
 * @throws RangeError without a secret.
 */
export async function connectShop(
  { store, deliveryUrl, topics, secrets }: ConnectShopParts,
  signal: AbortSignal,
): Promise<readonly ConnectedWebhook[]> {
  if (secrets.length === 0) throw new RangeError('a webhook needs a secret')
  const there = (await store.readWebhooks(signal)).filter((webhook) => isDeliveredTo(webhook, deliveryUrl))
  const connected: ConnectedWebhook[] = []
  for (const [index, topic] of topics.entries()) {
    const known = there.find((webhook) => webhook.topic === topic)
    const secret = secrets[Math.min(index, secrets.length - 1)] ?? ''
    const webhook = known ?? (await store.createWebhook({ topic, deliveryUrl, secret }, signal))
    connected.push({ id: webhook.id, topic, status: webhook.status, isNew: known === undefined })
  }
  return connected
}

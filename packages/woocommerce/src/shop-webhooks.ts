import type { ShopWebhook, Store } from '@seatkeeper/core'
import { z } from 'zod'
import { shapedIfThere, type Ask } from './ask.ts'
import { readPages } from './pages.ts'

const WebhookBody = z
  .object({
    id: z.int().positive().transform(String),
    topic: z.string(),
    delivery_url: z.string(),
    status: z.enum(['active', 'paused', 'disabled']),
  })
  .transform(({ delivery_url: deliveryUrl, ...webhook }): ShopWebhook => ({ ...webhook, deliveryUrl }))

/** All webhooks of the shop, other people's too. */
export function readWebhooks(ask: Ask, signal: AbortSignal): Promise<readonly ShopWebhook[]> {
  const query = { status: 'all', _fields: 'id,topic,delivery_url,status' }
  return readPages(ask, { endpoint: 'listWebhooks', path: 'webhooks', query }, WebhookBody, signal)
}

/** Makes an active webhook. The shop pings its address before it answers, and makes it whatever the ping brought. */
export async function createWebhook(
  ask: Ask,
  { topic, deliveryUrl, secret }: Parameters<Store['createWebhook']>[0],
  signal: AbortSignal,
): Promise<ShopWebhook> {
  const body = { name: `Seatkeeper: ${topic}`, topic, delivery_url: deliveryUrl, secret, status: 'active' }
  return shapedIfThere(WebhookBody, await ask({ endpoint: 'createWebhook', path: 'webhooks', body }, signal))
}

/** Activating one again leaves its failures counted: the very next one disables it. */
export async function setWebhookStatus(
  ask: Ask,
  id: string,
  status: ShopWebhook['status'],
  signal: AbortSignal,
): Promise<void> {
  const path = `webhooks/${encodeURIComponent(id)}`
  shapedIfThere(WebhookBody, await ask({ endpoint: 'setWebhookStatus', path, body: { status } }, signal))
}

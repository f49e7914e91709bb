import { randomBytes } from 'node:crypto'
import type { DeliveryQueue } from './delivery-queue.ts'
import { hooksOf } from './hooks.ts'
import type { ShopState, Webhook, WebhookStatus } from './state.ts'

/** A webhook to be made. */
export interface WebhookInput {
  /** `order.created`, `order.updated`, `order.deleted`, `order.restored` or `action.` and a hook's name. */
  readonly topic: string
  readonly deliveryUrl: string
  /** Left out, the shop makes one up that nobody learns. */
  readonly secret?: string
  readonly name?: string
  readonly status?: WebhookStatus
}

export type WebhookEdit = Partial<WebhookInput>

/** What webhooks are made and changed with. */
export interface WebhookDesk {
  readonly state: ShopState
  readonly queue: Pick<DeliveryQueue, 'ping'>
}

/** Makes a webhook; an active one is pinged at once, and is there whatever the ping's answer. @throws RangeError */
export async function addWebhook({ state, queue }: WebhookDesk, input: WebhookInput): Promise<Webhook> {
  checkTopic(input.topic)
  const { topic, deliveryUrl, secret = randomBytes(25).toString('hex'), name = topic, status = 'active' } = input
  const id = state.nextId('webhook')
  const history = { failures: 0, isPingPending: true, mayOwnerRead: true, createdMs: state.now(), modifiedMs: null }
  const webhook: Webhook = { id, name, topic, status, deliveryUrl, secret, ...history }
  state.webhooks.set(id, webhook)
  if (status === 'active') await queue.ping(webhook)
  return webhook
}

/** Changes a webhook. Activating it again leaves its failures counted; another address, or an unanswered ping, pings. */
export async function editWebhook({ state, queue }: WebhookDesk, webhook: Webhook, edit: WebhookEdit): Promise<void> {
  if (edit.topic !== undefined) checkTopic(edit.topic)
  const hasMoved = edit.deliveryUrl !== undefined && edit.deliveryUrl !== webhook.deliveryUrl
  Object.assign(webhook, edit, { modifiedMs: state.now() })
  if (webhook.status === 'active' && (hasMoved || webhook.isPingPending)) await queue.ping(webhook)
}

function checkTopic(topic: string): void {
  if (hooksOf(topic) === undefined) throw new RangeError(`the shop has no webhook topic ${topic}`)
}

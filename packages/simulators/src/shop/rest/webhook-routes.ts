import { hooksOf } from '../hooks.ts'
import type { Webhook, WebhookStatus } from '../state.ts'
import { webhookJson } from '../webhook-json.ts'
import { addWebhook, editWebhook, type WebhookEdit } from '../webhooks.ts'
import { created, ok, refusals, type Answer } from './answer.ts'
import type { Route, RouteCall } from './call.ts'
import type { RestContext } from './context.ts'
import { listAnswer, oneAnswer } from './list.ts'

/** The parts of a REST webhook body that this shop reads. */
interface WebhookBody {
  readonly topic?: string
  readonly delivery_url?: string
  readonly secret?: string
  readonly name?: string
  readonly status?: WebhookStatus
}

/** `/webhooks`. Making or changing one answers only after its ping, whatever that brought. */
export function webhookRoutes({ shop, queue, home }: RestContext): readonly Route[] {
  const { state } = shop
  const { webhooks } = state
  const show = (webhook: Webhook) => webhookJson(home(), webhook)

  const list = ({ query }: RouteCall): Answer => {
    const status = query.get('status') ?? 'all'
    const asked = [...webhooks.values()].filter((webhook) => status === 'all' || webhook.status === status)
    return listAnswer(asked.toReversed(), show, { query, url: `${home().api}/webhooks` })
  }
  const read = ({ ids: [id = 0], query }: RouteCall): Answer => {
    const webhook = webhooks.get(id)
    return webhook === undefined ? refusals.webhookMissing : oneAnswer(show(webhook), query)
  }
  const make = async ({ body }: RouteCall): Promise<Answer> => {
    const { topic = '', deliveryUrl = '', ...rest } = editOf(body)
    if (hooksOf(topic) === undefined) return refusals.webhookTopic
    if (!/^https?:\/\//.test(deliveryUrl)) return refusals.webhookUrl
    const webhook = await addWebhook({ state, queue }, { topic, deliveryUrl, ...rest })
    // Answered as it was before its ping: not modified yet.
    return created({ ...show(webhook), date_modified: null, date_modified_gmt: null })
  }
  const change = async ({ ids: [id = 0], body }: RouteCall): Promise<Answer> => {
    const webhook = webhooks.get(id)
    if (webhook === undefined) return refusals.webhookMissingForWrite
    const edit = editOf(body)
    if (edit.topic !== undefined && hooksOf(edit.topic) === undefined) return refusals.webhookTopic
    await editWebhook({ state, queue }, webhook, edit)
    return ok(show(webhook))
  }
  const remove = ({ ids: [id = 0], query }: RouteCall): Answer => {
    const webhook = webhooks.get(id)
    if (webhook === undefined) return refusals.webhookMissing
    if (query.get('force') !== 'true') return refusals.webhookNeedsForce
    webhooks.delete(id)
    return ok(show(webhook))
  }

  const one = /^\/webhooks\/(\d+)$/
  return [
    { method: 'GET', path: /^\/webhooks$/, anonymous: refusals.cannotList, handle: list },
    { method: 'POST', path: /^\/webhooks$/, anonymous: refusals.cannotCreate, handle: make },
    { method: 'GET', path: one, anonymous: refusals.cannotView, handle: read },
    { method: 'PUT', path: one, anonymous: refusals.cannotEdit, handle: change },
    { method: 'DELETE', path: one, anonymous: refusals.cannotDelete, handle: remove },
  ]
}

/** Only what the body names: an absent field must not overwrite. */
function editOf(body: RouteCall['body']): WebhookEdit {
  const { delivery_url: deliveryUrl, topic, secret, name, status } = body as WebhookBody
  return {
    ...(deliveryUrl !== undefined && { deliveryUrl }),
    ...(topic !== undefined && { topic }),
    ...(secret !== undefined && { secret }),
    ...(name !== undefined && { name }),
    ...(status !== undefined && { status }),
  }
}

import { hooksOf, partsOf } from './hooks.ts'
import { orderJson, type Home } from './order-json.ts'
import { refusals } from './rest/answer.ts'
import type { ShopState, Webhook } from './state.ts'

/**
 * What a delivery carries, built at the moment it is sent.
 *
 * Action topics name the hook and its first argument, deletions only the order. Everything else is the order as REST v3
 * shows it now to the webhook's owner: an error body, signed all the same, if it is gone or the owner may not read it.
 *
 * @see woocommerce 11.0.1, `includes/class-wc-webhook.php`, `build_payload`
 */
export function payloadOf(state: ShopState, home: Home, webhook: Webhook, argument: number): unknown {
  const { resource, event } = partsOf(webhook.topic)
  if (resource === 'action') return { action: hooksOf(webhook.topic)?.[0], arg: argument }
  if (event === 'deleted') return { id: argument }
  const order = state.orders.get(argument)
  if (order === undefined) return refusals.orderMissing.body
  return webhook.mayOwnerRead ? orderJson(state, home, order) : refusals.cannotView.body
}

/**
 * The webhooks a shop is to have: all that say something of an order that `newsOf` understands.
 *
 * `order.deleted` is the trash; an order that is deleted for good says so in an action alone. The action of a deleted refund
 * names the refund, not its order, and only the shop's admin screen has it.
 *
 * @see woocommerce, `plugins/woocommerce/includes/class-wc-webhook.php`, `get_topic_hooks`
 */
export const webhookTopics = [
  'order.created',
  'order.updated',
  'order.deleted',
  'order.restored',
  'action.woocommerce_delete_order',
] as const

/** Tells the shop's webhooks that something happened; the argument is the hook's first one, mostly an order's number. */
export type Fire = (hook: string, argument: number) => void

/**
 * The hooks behind each order topic.
 *
 * @see woocommerce 11.0.1, `includes/class-wc-webhook.php`, `get_topic_hooks`; `wp_trash_post` and `untrashed_post` fire
 *   only where orders are stored as posts.
 */
const hooksOfTopic: Readonly<Record<string, readonly string[]>> = {
  'order.created': ['woocommerce_new_order'],
  'order.updated': ['woocommerce_update_order', 'woocommerce_order_refunded'],
  'order.deleted': ['wp_trash_post', 'woocommerce_trash_order'],
  'order.restored': ['untrashed_post', 'woocommerce_untrash_order'],
}

/** Hooks a topic listens to; undefined if the shop has no such topic. `action.` takes any hook of WooCommerce's. */
export function hooksOf(topic: string): readonly string[] | undefined {
  const action = /^action\.((?:woocommerce|wc)_\w+)$/.exec(topic)?.[1]
  return action === undefined ? hooksOfTopic[topic] : [action]
}

/** Resource and event, the two halves of a topic. */
export function partsOf(topic: string): { readonly resource: string; readonly event: string } {
  const dot = topic.indexOf('.')
  return { resource: topic.slice(0, dot), event: topic.slice(dot + 1) }
}

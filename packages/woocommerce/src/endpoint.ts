/** What is asked of a shop, and the status and code with which it says that there is no such thing. */
interface EndpointEntry {
  readonly method: 'GET' | 'POST' | 'PUT'
  readonly absent?: readonly [status: number, code: string]
}

/**
 * Everything asked of a shop.
 *
 * The words for one missing order differ: reading it, changing it and its notes each have their own. The refunds of an
 * order that does not exist are an empty list. `/refunds`, of the whole shop, came with WooCommerce 9.0.
 *
 * @see woocommerce, `plugins/woocommerce/includes/rest-api/Controllers/Version3/class-wc-rest-crud-controller.php`
 * @see woocommerce, `plugins/woocommerce/includes/rest-api/Controllers/Version2/class-wc-rest-order-notes-v2-controller.php`
 */
export const endpoints = {
  readOrder: { method: 'GET', absent: [404, 'woocommerce_rest_shop_order_invalid_id'] },
  readRefundsOfOrder: { method: 'GET', absent: [404, 'woocommerce_rest_shop_order_invalid_id'] },
  listOrders: { method: 'GET' },
  listRefunds: { method: 'GET' },
  setStatus: { method: 'PUT', absent: [400, 'woocommerce_rest_shop_order_invalid_id'] },
  readNotes: { method: 'GET', absent: [404, 'woocommerce_rest_order_invalid_id'] },
  addNote: { method: 'POST', absent: [404, 'woocommerce_rest_order_invalid_id'] },
  readProduct: { method: 'GET', absent: [404, 'woocommerce_rest_product_invalid_id'] },
  readVariation: { method: 'GET', absent: [404, 'woocommerce_rest_product_variation_invalid_id'] },
  listProducts: { method: 'GET' },
  listVariations: { method: 'GET', absent: [404, 'woocommerce_rest_product_invalid_id'] },
  listWebhooks: { method: 'GET' },
  createWebhook: { method: 'POST' },
  setWebhookStatus: { method: 'PUT', absent: [400, 'woocommerce_rest_shop_webhook_invalid_id'] },
} as const satisfies Record<string, EndpointEntry>

export type Endpoint = keyof typeof endpoints

/** Whether the shop may be another one after the call. */
export function isWrite(endpoint: Endpoint): boolean {
  return endpoints[endpoint].method !== 'GET'
}

/** Whether an error is the shop's exact way to say that what was asked about is not there. */
export function saysAbsent(endpoint: Endpoint, status: number, code: string | undefined): boolean {
  const { absent }: EndpointEntry = endpoints[endpoint]
  return absent !== undefined && absent[0] === status && absent[1] === code
}

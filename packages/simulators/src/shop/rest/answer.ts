/** An answer of the REST API before it is written out. */
export interface Answer {
  readonly status: number
  readonly body: unknown
  readonly headers?: Readonly<Record<string, string>>
}

/** A reading or a change that went well. */
export function ok(body: unknown, headers: Readonly<Record<string, string>> = {}): Answer {
  return { status: 200, body, headers }
}

/** Something new. */
export function created(body: unknown): Answer {
  return { status: 201, body }
}

/** An error as WordPress words it. */
export function refusal(status: number, code: string, message: string, data: object = {}): Answer {
  return { status, body: { code, message, data: { status, ...data } } }
}

/** One parameter that does not fit its schema. */
export function invalidParameter(name: string, code: string, message: string): Answer {
  return refusal(400, 'rest_invalid_param', `Invalid parameter(s): ${name}`, {
    params: { [name]: message },
    details: { [name]: { code, message, data: null } },
  })
}

const cannot = 'woocommerce_rest_cannot'
const missingOrder = 'woocommerce_rest_shop_order_invalid_id'

/** The errors a client of the REST API meets, code for code and word for word. */
export const refusals = {
  cannotList: refusal(401, `${cannot}_view`, 'Sorry, you cannot list resources.'),
  cannotView: refusal(401, `${cannot}_view`, 'Sorry, you cannot view this resource.'),
  cannotCreate: refusal(401, `${cannot}_create`, 'Sorry, you are not allowed to create resources.'),
  cannotEdit: refusal(401, `${cannot}_edit`, 'Sorry, you are not allowed to edit this resource.'),
  cannotDelete: refusal(401, `${cannot}_delete`, 'Sorry, you are not allowed to delete this resource.'),
  noRoute: refusal(404, 'rest_no_route', 'No route was found matching the URL and request method.'),
  badJson: refusal(400, 'rest_invalid_json', 'Invalid JSON body passed.', {
    json_error_code: 4,
    json_error_message: 'Syntax error',
  }),
  orderMissing: refusal(404, missingOrder, 'Invalid ID.'),
  orderMissingForWrite: refusal(400, missingOrder, 'ID is invalid.'),
  orderMissingForNotes: refusal(404, 'woocommerce_rest_order_invalid_id', 'Invalid order ID.'),
  alreadyTrashed: refusal(410, 'woocommerce_rest_already_trashed', 'The shop_order has already been deleted.'),
  lineMissing: refusal(400, 'woocommerce_rest_invalid_item_id', 'Order item ID provided is not associated with order.'),
  productMissingInLine: refusal(400, 'woocommerce_rest_required_product_reference', 'Product ID or SKU is required.'),
  // The shop hands WordPress a bare number here too, which makes its 404 a 500.
  refundOrderMissing: {
    status: 500,
    body: { code: 'woocommerce_rest_invalid_order_id', message: 'Invalid order ID.', data: 404 },
  },
  refundMissing: refusal(404, 'woocommerce_rest_shop_order_refund_invalid_id', 'Invalid ID.'),
  refundNeedsForce: refusal(
    501,
    'woocommerce_rest_trash_not_supported',
    'The shop_order_refund does not support trashing.',
  ),
  productMissing: refusal(404, 'woocommerce_rest_product_invalid_id', 'Invalid ID.'),
  variationMissing: refusal(404, 'woocommerce_rest_product_variation_invalid_id', 'Invalid ID.'),
  webhookMissing: refusal(404, 'woocommerce_rest_shop_webhook_invalid_id', 'Invalid ID.'),
  webhookMissingForWrite: refusal(400, 'woocommerce_rest_shop_webhook_invalid_id', 'ID is invalid.'),
  webhookTopic: refusal(
    400,
    'woocommerce_rest_shop_webhook_invalid_topic',
    'Webhook topic is required and must be valid.',
  ),
  webhookUrl: refusal(
    400,
    'woocommerce_rest_shop_webhook_invalid_delivery_url',
    'Webhook delivery URL must be a valid URL starting with http:// or https://.',
  ),
  webhookNeedsForce: refusal(501, 'woocommerce_rest_trash_not_supported', 'Webhooks do not support trashing.'),
  noteMissing: {
    status: 400,
    body: {
      code: 'rest_missing_callback_param',
      message: 'Missing parameter(s): note',
      data: { status: 400, params: ['note'] },
    },
  },
} as const satisfies Record<string, Answer>

/** A refund that could not be made: status 500, and `data` is the bare number. */
export function refundRefusal(message: string): Answer {
  return { status: 500, body: { code: 'woocommerce_rest_cannot_create_order_refund', message, data: 500 } }
}

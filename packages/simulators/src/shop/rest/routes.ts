import type { Route } from './call.ts'
import type { RestContext } from './context.ts'
import { noteRoutes } from './note-routes.ts'
import { orderRoutes } from './order-routes.ts'
import { productRoutes } from './product-routes.ts'
import { refundRoutes } from './refund-routes.ts'
import { webhookRoutes } from './webhook-routes.ts'

/** Every route of `/wp-json/wc/v3` that this shop has. */
export function allRoutes(context: RestContext): readonly Route[] {
  return [orderRoutes, refundRoutes, noteRoutes, productRoutes, webhookRoutes].flatMap((routes) => routes(context))
}

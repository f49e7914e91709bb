import type { Store } from '@seatkeeper/core'
import { createAsk, type AskTools } from './ask.ts'
import type { StoreConfig } from './config.ts'
import { readModified } from './modified-orders.ts'
import { addNote, readNotes } from './order-notes.ts'
import { readOrder } from './read-order.ts'
import { readProduct } from './read-product.ts'
import { setStatus } from './set-status.ts'
import { readRefunds } from './shop-refunds.ts'
import { createWebhook, readWebhooks, setWebhookStatus } from './shop-webhooks.ts'

/**
 * A WooCommerce shop, over its REST API v3.
 *
 * A change that the shop may have made although we do not know is thrown as STORE_ERROR: look before repeating it. So is
 * one of something that is not there any more.
 */
export function createWooStore(config: StoreConfig, tools: AskTools = {}): Store {
  const ask = createAsk(config, tools)
  return {
    readOrder: ({ order }, signal) => readOrder(ask, config, order, signal),
    readProduct: (line, signal) => readProduct(ask, config.catalogue, line, signal),
    readModified: (query, signal) => readModified(ask, config, query, signal),
    readRefunds: (page, signal) => readRefunds(ask, config.id, page, signal),
    readNotes: ({ order }, signal) => readNotes(ask, order, signal),
    addNote: ({ order }, text, signal) => addNote(ask, order, text, signal),
    setStatus: ({ order }, status, signal) => setStatus(ask, order, status, signal),
    readWebhooks: (signal) => readWebhooks(ask, signal),
    createWebhook: (webhook, signal) => createWebhook(ask, webhook, signal),
    setWebhookStatus: (id, status, signal) => setWebhookStatus(ask, id, status, signal),
    async probe(signal) {
      await ask({ endpoint: 'listOrders', path: 'orders', query: { per_page: '1', _fields: 'id' } }, signal)
    },
  }
}

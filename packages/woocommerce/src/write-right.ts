import { createAsk } from './ask.ts'
import type { StoreConfig } from './config.ts'

/** As large as a number in JSON can be: no shop has as many orders. */
const orderOfNobody = '9007199254740991'

/**
 * Whether the shop lets our key write, found out by a change of an order that cannot be: the shop looks at the key first.
 *
 * @throws JobFailure STORE_KEY_REFUSED if the key may only read, and others as for any call.
 */
export async function proveWriteRight(config: StoreConfig, signal: AbortSignal): Promise<void> {
  const ask = createAsk(config, {})
  await ask({ endpoint: 'setStatus', path: `orders/${orderOfNobody}`, body: { status: 'completed' } }, signal)
}

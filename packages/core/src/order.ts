import type { Access } from './claim.ts'
import type { EmailAddress, LineId, OrderRef } from './ids.ts'

/** One line of an order, in our words. */
export interface OrderLine {
  readonly line: LineId
  /** What the shop calls the product's stock-keeping unit now; null where it has none or has forgotten it. */
  readonly sku: string | null
  /** The shop's product and variation numbers; `0` where there is none. */
  readonly product: string
  readonly variation: string
  /** Units bought; never reduced by refunds. */
  readonly quantity: number
  /** Units whose money went back, 0 to `quantity`. */
  readonly refunded: number
}

/** What a shop says of one order at one moment, in our words. Holds personal data: it stays in memory and in the ledger. */
export interface OrderSnapshot extends OrderRef {
  /** The shop's own word for the state of the order, for people to read. */
  readonly status: string
  /** What the store's configuration makes of that word; `undecided` changes nothing. */
  readonly access: Access | 'undecided'
  /** Milliseconds since 1970; whole seconds at WooCommerce, so ties carry different states. */
  readonly createdAtMs: number
  readonly modifiedAtMs: number
  /** Who learns; null where the order names no usable address. */
  readonly learner: EmailAddress | null
  /** Refunds reach the total, so nothing of the order entitles anybody any more. */
  readonly fullyRefunded: boolean
  readonly lines: readonly OrderLine[]
}

/** Why an order has to be read at the shop; for timelines. */
export type HintReason =
  'action' | 'deleted' | 'restored' | 'refund' | 'tie' | 'stale' | 'partial' | 'unresolved' | 'replay' | 'operator'

/** What a webhook tells us: a whole order, that an order changed, or nothing about any order. */
export type News =
  | { readonly kind: 'snapshot'; readonly snapshot: OrderSnapshot }
  | ({ readonly kind: 'hint'; readonly reason: HintReason } & OrderRef)
  | { readonly kind: 'nothing'; readonly why: NothingReason }

/**
 * Why an authentic webhook held no news: `ping`; `error-body`, a signed REST error, so the webhook's owner lost its
 * rights or an order vanished; `unreadable`, a body we cannot understand; `other-topic`, about something else.
 */
export type NothingReason = 'ping' | 'error-body' | 'unreadable' | 'other-topic'

/** A shop's answer to a read. `deleted` is believed only on the shop's exact words. */
export type OrderReading = { readonly kind: 'order'; readonly snapshot: OrderSnapshot } | { readonly kind: 'deleted' }

/** A shop, as far as we ask it anything. Throws `JobFailure` with a STORE_ code. */
export interface Store {
  /** Reads order and refunds; refunded units are summed from scratch and joined by the original line. */
  readOrder(ref: OrderRef, signal: AbortSignal): Promise<OrderReading>
  /** A cheap call that depends on no order; resolves if the shop serves us. */
  probe(signal: AbortSignal): Promise<void>
}

import type { ProductFacts } from './catalogue.ts'
import type { Access } from './claim.ts'
import type { ChangeId, EmailAddress, LineId, OrderRef } from './ids.ts'

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
  /** Who learns, in the order in which the line itself names them; empty where it names nobody. */
  readonly learners: readonly EmailAddress[]
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
  /** Who learns where a line names nobody; null where the order names no usable address. */
  readonly learner: EmailAddress | null
  /** Refunds reach the total, so nothing of the order entitles anybody any more. */
  readonly fullyRefunded: boolean
  /** The shop's numbers of all refunds, in any order: shops say nothing when one is deleted. */
  readonly refunds: readonly string[]
  readonly lines: readonly OrderLine[]
}

/** Why an order has to be read at the shop; for timelines. */
export type HintReason =
  'action' | 'deleted' | 'restored' | 'refund' | 'tie' | 'stale' | 'partial' | 'unresolved' | 'replay' | 'operator'

/**
 * What a webhook tells us: a whole order, that an order changed, or nothing about any order. `change` is what it is known by from
 * here on; who brings it without one has it given one.
 */
export type News =
  | { readonly kind: 'snapshot'; readonly snapshot: OrderSnapshot; readonly change?: ChangeId }
  | ({
      readonly kind: 'hint'
      readonly reason: HintReason
      readonly change?: ChangeId
      /** When the state that was seen came to be, where that is known. */
      readonly modifiedAtMs?: number | undefined
    } & OrderRef)
  | { readonly kind: 'nothing'; readonly why: NothingReason }

/**
 * Why an authentic webhook held no news: `ping`; `error-body`, a signed REST error, so the webhook's owner lost its
 * rights or an order vanished; `unreadable`, a body we cannot understand; `other-topic`, about something else.
 */
export type NothingReason = 'ping' | 'error-body' | 'unreadable' | 'other-topic'

/** A shop's answer to a read. `deleted` is believed only on the shop's exact words. */
export type OrderReading = { readonly kind: 'order'; readonly snapshot: OrderSnapshot } | { readonly kind: 'deleted' }

/** Some orders of a shop, oldest modification first. */
export interface ModifiedPage {
  /** A whole order without refunds, or that one has to be read. */
  readonly news: readonly News[]
  /** Modification time of the last of them; the next page starts from here, because pages shift while orders move. */
  readonly lastModifiedMs: number | null
  /** There may be more. */
  readonly isFull: boolean
}

/** A webhook of ours at the shop. The shop does not show how many failures in a row it has counted. */
export interface ShopWebhook {
  readonly id: string
  readonly topic: string
  readonly deliveryUrl: string
  readonly status: 'active' | 'paused' | 'disabled'
}

/** What a shop answers to a change of an order's status: how the order stands now. */
export interface StatusAnswer {
  readonly status: string
  /** Whether the order has refunds by now. */
  readonly hasRefunds: boolean
  /** Milliseconds since 1970, as in the order's webhook that this change makes. */
  readonly modifiedAtMs: number
}

/** A shop, as far as we ask it anything. Throws `JobFailure` with a STORE_ code. */
export interface Store {
  /** Reads order and refunds; refunded units are summed from scratch and joined by the original line. */
  readOrder(ref: OrderRef, signal: AbortSignal): Promise<OrderReading>
  /** What a product, or its variation and then the product, says of itself; undefined if the shop has no such product. */
  readProduct(line: Pick<OrderLine, 'product' | 'variation'>, signal: AbortSignal): Promise<ProductFacts | undefined>
  /** Up to a hundred orders modified at or after a moment; `inTrash` asks for those in the trash, which no other page has. */
  readModified(
    query: { readonly sinceMs: number; readonly inTrash: boolean },
    signal: AbortSignal,
  ): Promise<ModifiedPage>
  /** Refund ids by order, of up to a hundred refunds; `page` counts from 1. The only way to see that a refund was deleted. */
  readRefunds(
    page: number,
    signal: AbortSignal,
  ): Promise<{ readonly refunds: readonly RefundRef[]; readonly isFull: boolean }>
  /** The texts of an order's notes. */
  readNotes(ref: OrderRef, signal: AbortSignal): Promise<readonly string[]>
  /** Adds a note for the shop's staff. Not idempotent: an answer that is lost leaves open whether it is there. */
  addNote(ref: OrderRef, text: string, signal: AbortSignal): Promise<void>
  setStatus(ref: OrderRef, status: string, signal: AbortSignal): Promise<StatusAnswer>
  readWebhooks(signal: AbortSignal): Promise<readonly ShopWebhook[]>
  createWebhook(
    webhook: Pick<ShopWebhook, 'topic' | 'deliveryUrl'> & { readonly secret: string },
    signal: AbortSignal,
  ): Promise<ShopWebhook>
  setWebhookStatus(id: string, status: ShopWebhook['status'], signal: AbortSignal): Promise<void>
  /** A cheap call that depends on no order; resolves if the shop serves us. */
  probe(signal: AbortSignal): Promise<void>
}

export interface RefundRef extends OrderRef {
  readonly refund: string
}

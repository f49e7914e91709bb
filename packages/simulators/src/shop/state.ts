import { randomBytes } from 'node:crypto'

/** A custom field of a product, an order or a line. */
export interface Meta {
  readonly id: number
  readonly key: string
  value: unknown
}

export interface Product {
  readonly id: number
  readonly name: string
  sku: string
  readonly cents: number
  readonly isVirtual: boolean
  readonly isDownloadable: boolean
  readonly meta: readonly Meta[]
  /** Number of the product this is a variation of; null for a product of its own. */
  readonly parent: number | null
  /** What sets a variation apart, `{ track: 'Verified' }`. */
  readonly attributes: Readonly<Record<string, string>>
  readonly createdMs: number
}

export interface Line {
  readonly id: number
  readonly name: string
  /** Number of the product that was sold; it may be gone by now. */
  readonly product: number
  /** Number of the variation that was sold, 0 if none. */
  readonly variation: number
  quantity: number
  subtotalCents: number
  totalCents: number
  readonly meta: Meta[]
}

/** One line of a refund; numbers as they are stored, so quantity and total are negative or zero. */
export interface RefundLine {
  readonly id: number
  /** The id of this line's only custom field, `_refunded_item_id`. */
  readonly metaId: number
  readonly original: Line
  readonly quantity: number
  readonly cents: number
}

export interface Refund {
  readonly id: number
  readonly order: number
  readonly createdMs: number
  readonly cents: number
  readonly reason: string
  /** The gateway was asked to send the money back. */
  readonly byGateway: boolean
  readonly metaId: number
  readonly reachesTotal: boolean
  readonly lines: readonly RefundLine[]
}

export interface Note {
  readonly id: number
  readonly createdMs: number
  readonly text: string
  readonly isForCustomer: boolean
}

/** Whom an order is billed to, in the REST API's own field names. */
export interface Billing {
  readonly first_name: string
  readonly last_name: string
  readonly company: string
  readonly address_1: string
  readonly address_2: string
  readonly city: string
  readonly state: string
  readonly postcode: string
  readonly country: string
  /** As typed, case kept; empty on orders made by staff without an address. */
  readonly email: string
  readonly phone: string
}

/** The shipping line of an order; its only custom field, `Items`, lists what is shipped. */
export interface Shipping {
  readonly lineId: number
  readonly cents: number
  readonly items: Meta
}

export interface Order {
  readonly id: number
  readonly key: string
  /** How it came about, as `created_via` says it. */
  readonly via: 'store-api' | 'rest-api'
  status: string
  /** Status to come back to when restored; null unless in the trash. */
  statusBeforeTrash: string | null
  billing: Billing
  payment: { readonly method: string; readonly title: string }
  transaction: string
  customerNote: string
  readonly shipping: Shipping | null
  lines: Line[]
  meta: Meta[]
  readonly notes: Note[]
  /** Oldest first. */
  refunds: Refund[]
  readonly createdMs: number
  modifiedMs: number
  paidMs: number | null
  completedMs: number | null
}

export type WebhookStatus = 'active' | 'paused' | 'disabled'

export interface Webhook {
  readonly id: number
  name: string
  topic: string
  status: WebhookStatus
  deliveryUrl: string
  secret: string
  /** Failures in a row, never above 6. */
  failures: number
  /** No ping was answered 200 yet. */
  isPingPending: boolean
  /** False once the user who made the webhook lost the right to read orders. */
  mayOwnerRead: boolean
  readonly createdMs: number
  modifiedMs: number | null
}

export type KeyRights = 'read' | 'write' | 'read_write'

/** A consumer of the REST API. */
export interface ApiKey {
  readonly key: string
  readonly secret: string
  readonly rights: KeyRights
}

/** Everything a shop remembers. */
export interface ShopState {
  /** The shop's clock cut to whole seconds, in milliseconds: it stores nothing finer. */
  now(): number
  /** Next number of a kind: products, orders and refunds share one row of numbers, as posts do. */
  nextId(kind: 'post' | 'item' | 'meta' | 'note' | 'webhook'): number
  readonly products: Map<number, Product>
  readonly orders: Map<number, Order>
  readonly webhooks: Map<number, Webhook>
  readonly keys: Map<string, ApiKey>
}

/** A new shop with nothing in it. */
export function createState(nowMs: () => number): ShopState {
  const last = { post: 9, item: 9, meta: 99, note: 9, webhook: 0 }
  return {
    now: () => Math.floor(nowMs() / 1000) * 1000,
    nextId: (kind) => (last[kind] += 1),
    products: new Map(),
    orders: new Map(),
    webhooks: new Map(),
    keys: new Map(),
  }
}

/** Adds a consumer of the REST API with fresh credentials. */
export function addKey(state: ShopState, rights: KeyRights): ApiKey {
  const created = { key: `ck_${hex(20)}`, secret: `cs_${hex(20)}`, rights }
  state.keys.set(created.key, created)
  return created
}

/** Custom fields with numbers of their own. */
export function createMeta(state: ShopState, fields: Readonly<Record<string, unknown>> = {}): Meta[] {
  return Object.entries(fields).map(([key, value]) => ({ id: state.nextId('meta'), key, value }))
}

/** Sets fields by key; a key that is there keeps its number. */
export function setMeta(state: ShopState, meta: Meta[], fields: Readonly<Record<string, unknown>>): void {
  for (const [key, value] of Object.entries(fields)) {
    const known = meta.find((field) => field.key === key)
    if (known) known.value = value
    else meta.push({ id: state.nextId('meta'), key, value })
  }
}

function hex(bytes: number): string {
  return randomBytes(bytes).toString('hex')
}

import type { Brake, Catalogue } from './catalogue.ts'
import { CourseMode, EmailAddress, LineId, LmsId, OrderId, StoreId } from './ids.ts'
import type { OrderOffer } from './ledger.ts'
import type { OrderLine, OrderSnapshot } from './order.ts'
import { planSeats } from './plan-seats.ts'

/** Builders for tests: each states only what its case is about. Not part of the package's entry. */

const startedAtMs = Math.floor(Date.now() / 1000) * 1000 - 60_000

/** SKUs are course keys and sell the verified mode on one campus; products are not read. */
export const catalogue: Catalogue = {
  hash: 'fixture',
  lms: LmsId.parse('campus'),
  mode: CourseMode.parse('verified'),
  modes: new Map(),
  rules: [],
  aliases: new Map(),
  readsProducts: false,
}

/** Holds nothing. */
export const noBrake: Brake = { seats: 0, percent: 100 }

export const courseSku = 'course-v1:DemoU+CS101+2026'

export const emailOf = (address: string): EmailAddress => EmailAddress.parse(address)

/** One unit of the course that `courseSku` names, unless said otherwise. */
export function aLine(line: Partial<OrderLine> = {}): OrderLine {
  return {
    line: LineId.parse('31'),
    sku: courseSku,
    product: '11',
    variation: '0',
    quantity: 1,
    refunded: 0,
    learners: [],
    ...line,
  }
}

/** Ada's paid order 1001 of one course, modified a minute before the tests began, unless said otherwise. */
export function anOrder(order: Partial<OrderSnapshot> = {}): OrderSnapshot {
  return {
    store: StoreId.parse('shop'),
    order: OrderId.parse('1001'),
    status: 'processing',
    access: 'granted',
    createdAtMs: startedAtMs,
    modifiedAtMs: startedAtMs,
    learner: emailOf('ada@example.org'),
    fullyRefunded: false,
    refunds: [],
    lines: [aLine()],
    ...order,
  }
}

/** An order with its plan and a hash that differs when the order does. */
export function anOffer(snapshot: OrderSnapshot): OrderOffer {
  return {
    snapshot,
    plan: planSeats(snapshot, { catalogue }),
    hash: JSON.stringify(snapshot),
    catalogue: catalogue.hash,
    tells: false,
    brake: noBrake,
  }
}

/** A call budget that never says no. */
export { uncountedCalls as unlimitedCalls } from './call-budget.ts'

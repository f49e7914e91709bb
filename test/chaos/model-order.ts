import type { EmailAddress } from '@seatkeeper/core'
import type { Random } from '../faults/random.ts'
import { shelf, type Product } from './goods.ts'

/** A line of a model order. Every unit costs one hundred. */
export interface ModelLine {
  readonly number: number
  readonly product: Product
  quantity: number
  /** Who learns, where the line itself says so. */
  readonly learners: readonly EmailAddress[]
}

export interface ModelRefund {
  readonly number: number
  /** Null for money alone. */
  readonly line: number | null
  readonly units: number
  readonly amount: number
}

/** An order as the model shop has it. */
export interface ModelOrder {
  readonly number: number
  readonly createdAtMs: number
  modifiedAtMs: number
  status: string
  /** Where it goes back to from the trash. */
  beforeTrash: string
  isGone: boolean
  email: EmailAddress | null
  lines: readonly ModelLine[]
  refunds: readonly ModelRefund[]
  /** Counts all changes, those that nobody is told of included. */
  version: number
}

/** What a change may need: chance, numbers nobody has, and other people. */
export interface ChangeContext {
  readonly random: Random
  readonly freshNumber: () => number
  readonly address: () => EmailAddress
}

/** One thing that can happen to an order. */
export interface Change {
  /** How likely beside the others. */
  readonly weight: number
  /** The webhook's topic; null where the shop says nothing. */
  readonly topic: 'order.updated' | 'order.deleted' | 'order.restored' | null
  /** Whether the shop gives the order a new modification time. */
  readonly isDated: boolean
  readonly isPossible: (order: ModelOrder) => boolean
  readonly make: (order: ModelOrder, context: ChangeContext) => void
}

export const unitPrice = 100

export const totalOf = ({ lines }: ModelOrder): number =>
  lines.reduce((total, { quantity }) => total + quantity * unitPrice, 0)

export const refundedOf = ({ refunds }: ModelOrder): number => refunds.reduce((sum, { amount }) => sum + amount, 0)

/** Units of one line that were not refunded. */
export function unitsLeft({ refunds }: ModelOrder, { number, quantity }: ModelLine): number {
  const refunded = refunds.filter(({ line }) => line === number).reduce((sum, { units }) => sum + units, 0)
  return Math.max(0, quantity - refunded)
}

/** An order in one line, for whoever follows a run. */
export function inWords(order: ModelOrder): string {
  const { number, version, status, isGone, email, modifiedAtMs } = order
  const lines = order.lines.map(
    (line) => `${line.number}: ${line.product.id} ×${line.quantity} ${line.learners.join(' ')}`,
  )
  const refunds = order.refunds.map(({ line, units, amount }) => `${amount} (${units} of ${line})`)
  const state = isGone ? 'gone' : status
  const modified = new Date(modifiedAtMs).toISOString().slice(11, 19)
  return `order ${number} version ${version} is ${state}, of ${modified} by ${email}; ${lines.join(', ')}; refunded ${refunds.join(', ')}`
}

const told = { topic: 'order.updated', isDated: true } as const

function move(weight: number, from: readonly string[], to: string): Change {
  return {
    ...told,
    weight,
    isPossible: ({ status }) => from.includes(status),
    make: (order) => {
      order.status = to
    },
  }
}

const paid = new Set(['processing', 'completed'])
const isLive = ({ status }: ModelOrder) => status !== 'trash'
const refundable = (order: ModelOrder) => order.lines.filter((line) => unitsLeft(order, line) > 0)

/** Everything that can happen to an order, by name. */
export const changes: Readonly<Record<string, Change>> = {
  pay: move(8, ['pending', 'on-hold', 'failed', 'cancelled'], 'processing'),
  complete: move(3, ['processing'], 'completed'),
  hold: move(2, ['processing', 'pending'], 'on-hold'),
  cancel: move(3, ['pending', 'on-hold', 'processing', 'completed'], 'cancelled'),
  fail: move(3, ['pending', 'processing'], 'failed'),
  reopen: move(4, ['refunded'], 'processing'),
  'save unchanged': { ...told, weight: 2, isPossible: isLive, make: () => undefined },
  'refund units': {
    ...told,
    weight: 4,
    isPossible: (order) => paid.has(order.status) && refundable(order).length > 0,
    make: refundUnits,
  },
  'refund all': {
    ...told,
    weight: 3,
    isPossible: (order) => paid.has(order.status) && refundedOf(order) < totalOf(order),
    make: refundAll,
  },
  'give money back': {
    ...told,
    weight: 1,
    isPossible: (order) => paid.has(order.status) && refundedOf(order) + 1 < totalOf(order),
    make: (order, { freshNumber }) => {
      order.refunds = [...order.refunds, { number: freshNumber(), line: null, units: 0, amount: 1 }]
    },
  },
  'delete a refund': {
    weight: 4,
    topic: null,
    isDated: false,
    isPossible: ({ refunds }) => refunds.length > 0,
    make: (order, { random }) => {
      const index = random.between(0, order.refunds.length - 1)
      order.refunds = order.refunds.filter((_, at) => at !== index)
    },
  },
  trash: {
    weight: 2,
    topic: 'order.deleted',
    isDated: true,
    isPossible: isLive,
    make: (order) => {
      order.beforeTrash = order.status
      order.status = 'trash'
    },
  },
  restore: {
    weight: 9,
    topic: 'order.restored',
    isDated: false,
    isPossible: ({ status }) => status === 'trash',
    make: (order) => {
      order.status = order.beforeTrash
    },
  },
  'delete for ever': {
    weight: 2,
    topic: 'order.deleted',
    isDated: false,
    isPossible: ({ status }) => status === 'trash',
    make: (order) => {
      order.isGone = true
    },
  },
  'add a line': { ...told, weight: 2, isPossible: isLive, make: addLine },
  'remove a line': {
    ...told,
    weight: 2,
    isPossible: (order) => isLive(order) && order.lines.length > 1,
    make: removeLine,
  },
  'change a quantity': { ...told, weight: 2, isPossible: isLive, make: changeQuantity },
  'change the e-mail': {
    ...told,
    weight: 3,
    isPossible: isLive,
    make: (order, { address }) => {
      order.email = address()
    },
  },
  'forget the e-mail': {
    ...told,
    weight: 1,
    isPossible: isLive,
    make: (order) => {
      order.email = null
    },
  },
}

function refundUnits(order: ModelOrder, { random, freshNumber }: ChangeContext): void {
  const line = one(random, refundable(order))
  const units = random.between(1, unitsLeft(order, line))
  const refund = { number: freshNumber(), line: line.number, units, amount: units * unitPrice }
  order.refunds = [...order.refunds, refund]
  if (refundedOf(order) >= totalOf(order)) order.status = 'refunded'
}

/** As the shop does on the status alone: the rest of the money, and no word about lines. */
function refundAll(order: ModelOrder, { freshNumber }: ChangeContext): void {
  const amount = totalOf(order) - refundedOf(order)
  order.refunds = [...order.refunds, { number: freshNumber(), line: null, units: 0, amount }]
  order.status = 'refunded'
}

function addLine(order: ModelOrder, { random, freshNumber }: ChangeContext): void {
  const line = { number: freshNumber(), product: one(random, shelf), quantity: random.between(1, 2), learners: [] }
  order.lines = [...order.lines, line]
}

/** Its refunds stay: the money went back all the same. */
function removeLine(order: ModelOrder, { random }: ChangeContext): void {
  const gone = one(random, order.lines)
  order.lines = order.lines.filter((line) => line !== gone)
}

function changeQuantity(order: ModelOrder, { random }: ChangeContext): void {
  const changed = one(random, order.lines)
  const quantity = changed.quantity === 1 ? random.between(2, 3) : changed.quantity - 1
  order.lines = order.lines.map((line) => (line === changed ? { ...line, quantity } : line))
}

/** One of some, each as likely. */
export function one<Element>(random: Random, elements: readonly Element[]): Element {
  const picked = elements[random.between(0, elements.length - 1)]
  if (picked === undefined) throw new RangeError('there is none to pick')
  return picked
}

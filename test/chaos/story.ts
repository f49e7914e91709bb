import { EmailAddress, type CourseKey, type Enrolment, type News } from '@seatkeeper/core'
import type { Random } from '../faults/random.ts'
import { audit, professional, shelf, verified } from './goods.ts'
import type { ModelLms } from './model-lms.ts'
import { one, type ModelLine, type ModelOrder } from './model-order.ts'
import type { ModelShop, NewOrder } from './model-shop.ts'

/** Somebody who learns, and what the LMS makes of it. */
export interface Person {
  readonly name: string
  readonly addresses: readonly [EmailAddress, ...EmailAddress[]]
  /** When the account was opened, in milliseconds of the story; 0 is long ago, null never. */
  readonly registersMs: number | null
  /** Where they were enrolled before anybody sold anything. */
  readonly before: ReadonlyMap<CourseKey, Enrolment>
}

/** One body of a webhook, on its way. */
export interface Delivery {
  readonly order: ModelOrder
  /** Of the order when the body was made. */
  readonly version: number
  readonly news: News
}

export interface StoryParts {
  readonly random: Random
  readonly shop: ModelShop
  readonly lms: ModelLms
  readonly orders: number
  readonly people: readonly Person[]
  /** Runs something at a time of the story, in milliseconds. */
  readonly at: (ms: number, action: () => void) => void
  readonly deliver: (delivery: Delivery) => void
}

/** What was sent, by the time the story is over. */
export interface Told {
  /** Bodies that were made, each delivered up to four times. */
  readonly bodies: Delivery[]
  deliveries: number
  dropped: number
  changes: number
}

const changesPerOrder = 6
const droppedShare = 0.1
/** Orders begin one after another, this far apart. */
const paceMs = 400

/** How long it takes until everything of a story happened and was delivered. */
export function lengthOf(orders: number): number {
  return orders * paceMs + 400_000
}

/** One person per order, except that every fifth order is for somebody who has another one. */
export function cast(random: Random, orders: number): readonly Person[] {
  return Array.from({ length: orders - Math.floor(orders / 5) }, (_, index) => {
    const name = `p${index}`
    const isLate = random.next() < 0.1
    const registersMs = isLate ? random.between(1, lengthOf(orders)) : random.next() < 0.05 ? null : 0
    const main = EmailAddress.parse(`${name}@example.org`)
    const hasAlias = registersMs === 0 && random.next() < 0.2
    return {
      name,
      addresses: hasAlias ? [main, EmailAddress.parse(`${name}.alt@example.org`)] : [main],
      registersMs,
      before: registersMs === 0 && random.next() < 0.2 ? new Map([[courseOf(random), one(random, rows)]]) : new Map(),
    }
  })
}

const rows: readonly Enrolment[] = [
  { isActive: true, mode: audit },
  { isActive: true, mode: verified },
  { isActive: true, mode: professional },
  { isActive: false, mode: audit },
]

function courseOf(random: Random): CourseKey {
  const [sold] = one(random, shelf.slice(0, 6)).sells
  if (sold === undefined) throw new RangeError('the first of the shelf sell one course run each')
  return sold.course
}

/** Sets going everything that happens to people and orders, and every delivery of it. */
export function tell(parts: StoryParts): Told {
  const { people, lms, at, orders, random } = parts
  const told: Told = { bodies: [], deliveries: 0, dropped: 0, changes: 0 }
  for (const { name, addresses, registersMs, before } of people) {
    if (registersMs === 0) lms.register(name, addresses)
    else if (registersMs !== null) at(registersMs, () => lms.register(name, addresses))
    for (const [course, enrolment] of before) lms.enrol(name, course, enrolment)
  }
  for (let index = 0; index < orders; index += 1) {
    const startMs = index * paceMs
    at(startMs, () => live(parts, told, parts.shop.place(newOrder(random, people, index)), startMs))
  }
  return told
}

/** Of the last fifth of orders, each shares learner and course run with one of the first. */
function newOrder(random: Random, people: readonly Person[], index: number): NewOrder {
  const shared = index % people.length
  const buyer = people[shared] ?? one(random, people)
  const first: Omit<ModelLine, 'number'> = {
    product: shelf[shared % 6] ?? one(random, shelf),
    quantity: 1,
    learners: [],
  }
  const more = Array.from({ length: random.pick([0, 0, 0, 1, 2]) }, () => {
    const quantity = random.between(1, 3)
    const isNamed = random.next() < 0.3
    const learners = isNamed ? Array.from({ length: quantity }, () => addressOf(random, people)) : []
    return { product: one(random, shelf), quantity, learners }
  })
  return { email: one(random, buyer.addresses), lines: [first, ...more] }
}

/** An address of anybody. */
export function addressOf(random: Random, people: readonly Person[]): EmailAddress {
  return one(random, one(random, people).addresses)
}

/** Some changes within one second, some soon after another, some minutes apart. */
function live(parts: StoryParts, told: Told, order: ModelOrder, startMs: number): void {
  const { random, at } = parts
  const next = (index: number, lastMs: number) => {
    const gap = random.pick([
      random.between(0, 200),
      random.between(0, 200),
      random.between(300, 3000),
      random.between(3000, 50_000),
    ])
    const nowMs = lastMs + gap + (order.email === null ? deadMs : 0)
    at(nowMs, () => {
      if (index === changesPerOrder) return decide(parts, told, order, nowMs)
      change(parts, told, { order, nowMs, names: index === 0 ? firstChanges : undefined })
      next(index + 1, nowMs)
    })
  }
  next(0, startMs)
}

const firstChanges = ['pay', 'fail', 'cancel', 'hold']
/** An order that names nobody is a dead letter, and comes to life when it is modified in a later second. */
const deadMs = 1000

/** An order left undecided, or that names nobody, would want what we happened to have seen of it: it is not left so. */
function decide(parts: StoryParts, told: Told, order: ModelOrder, nowMs: number): void {
  if (order.email === null) change(parts, told, { order, nowMs, names: ['change the e-mail'] })
  if (order.status === 'on-hold') change(parts, told, { order, nowMs, names: ['pay', 'cancel'] })
}

interface Moment {
  readonly order: ModelOrder
  readonly nowMs: number
  readonly names: readonly string[] | undefined
}

function change(parts: StoryParts, told: Told, { order, nowMs, names }: Moment): void {
  const { shop, random, at } = parts
  const made = shop.change(order, names)
  if (made === undefined) return
  told.changes += 1
  const { topic } = made
  if (topic === null) return
  if (random.next() < droppedShare) {
    told.dropped += 1
    return
  }
  const renderedMs = nowMs + random.pick([0, random.between(0, 3000)])
  at(renderedMs, () =>
    send(parts, told, { order, version: order.version, news: shop.render(order, topic) }, renderedMs),
  )
}

/** One to four times: at once, or so late that others overtake it. */
function send({ random, at, deliver }: StoryParts, told: Told, delivery: Delivery, nowMs: number): void {
  told.bodies.push(delivery)
  const copies = random.between(1, 4)
  told.deliveries += copies
  for (let copy = 0; copy < copies; copy += 1) {
    at(nowMs + random.pick([random.between(0, 300), random.between(0, 5000), random.between(0, 60_000)]), () =>
      deliver(delivery),
    )
  }
}

import { createHmac } from 'node:crypto'
import { planSeats, type News, type OrderSnapshot, type Plan } from '@seatkeeper/core'
import { isAuthentic, newsOf, policyOf, StoreWebhooks, type Delivery } from '@seatkeeper/woocommerce'
import { seeded, type Random } from '../faults/random.ts'
import { recordedBodies } from './bodies.ts'
import { mutateBytes } from './mutate-bytes.ts'
import { mutateJson } from './mutate-json.ts'
import { objectionsToNews, objectionsToPlan } from './sound-news.ts'

/** What a webhook goes through; the product's own unless a test plants a bug. */
export interface Parser {
  readonly isAuthentic: typeof isAuthentic
  readonly newsOf: (delivery: Delivery, store: StoreWebhooks) => News
  readonly planSeats: (order: OrderSnapshot, store: StoreWebhooks) => Plan
}

/** Something that must not be, and the seed that makes it again. */
export interface Finding {
  readonly seed: number
  /** The recorded body that was changed. */
  readonly from: string
  readonly what: string
}

export const product: Parser = {
  isAuthentic,
  newsOf,
  planSeats: (order, store) => planSeats(order, { catalogue: policyOf(store).catalogue }),
}

/** Of the processor's own time, which does not pass while others have the machine; far above what any body costs. */
const longestMs = 1000
const secrets = ['whsec-fuzz']
const forgery = createHmac('sha256', 'another').digest('base64')
const shared: readonly object[] = [Object.prototype, Array.prototype, String.prototype, Function.prototype]
const namesOfShared = shared.map((prototype) => Reflect.ownKeys(prototype).length)

/** How stores may be set up; each reads a body in its own way. */
const stores = [
  {},
  { catalogue: { readProducts: false } },
  { learners: { lineFields: ['Learner', 'learners.email', '_pif[title=E-mail]._value'], orderFields: ['_learner'] } },
  { catalogue: { rules: [{ product: 10, items: [{ course: 'course-v1:A+B+C' }, { course: 'course-v1:A+B+D' }] }] } },
].map((settings) =>
  StoreWebhooks.parse({ id: 'shop', lms: 'campus', courseMode: 'verified', webhookSecrets: secrets, ...settings }),
)

/** The body of a seed. */
export function bodyOf(seed: number): { readonly from: string; readonly body: Buffer; readonly random: Random } {
  const random = seeded(seed)
  const [first, ...others] = recordedBodies
  if (first === undefined) throw new RangeError('there are no recorded bodies')
  const { name, bytes, json } = random.pick([first, ...others])
  const changed = json !== undefined && random.next() < 0.7 ? Buffer.from(mutateJson(json, random)) : bytes
  const body = changed === bytes || random.next() < 0.1 ? mutateBytes(changed, random) : changed
  return { from: name, body, random }
}

/** Sends the body of one seed through the parser; gives what must not be. */
export function fuzzOnce(seed: number, parser: Parser = product): readonly Finding[] {
  const { from, body, random } = bodyOf(seed)
  const before = process.cpuUsage()
  const objections = [...pass(body, random, parser), ...pollution()]
  const { user, system } = process.cpuUsage(before)
  if ((user + system) / 1000 > longestMs) objections.push(`took longer than ${longestMs} ms`)
  return objections.map((what) => ({ seed, from, what }))
}

function pass(body: Buffer, random: Random, parser: Parser): readonly string[] {
  const store = random.pick(nonEmptyStores())
  const delivery = {
    body,
    topic: random.pick(['order.updated', 'order.created', 'order.restored', 'order.deleted', undefined, '__proto__']),
    contentType: random.pick(['application/json', 'application/json; charset=utf-8', undefined, 'text/html']),
  }
  try {
    const signature = createHmac('sha256', secrets[0] ?? '')
      .update(body)
      .digest('base64')
    if (!parser.isAuthentic(body, signature, secrets)) return ['an authentic body that is refused']
    if (parser.isAuthentic(body, forgery, secrets)) return ['a forged body that is taken']
    const news = parser.newsOf(delivery, store)
    const objections = objectionsToNews(news)
    if (news.kind !== 'snapshot' || objections.length > 0) return objections
    return objectionsToPlan(parser.planSeats(news.snapshot, store), news.snapshot)
  } catch (thrown) {
    return [`threw ${thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : 'something'}`]
  }
}

function nonEmptyStores(): readonly [StoreWebhooks, ...StoreWebhooks[]] {
  const [first, ...others] = stores
  if (first === undefined) throw new RangeError('there are no stores')
  return [first, ...others]
}

function pollution(): readonly string[] {
  const names = shared.map((prototype) => Reflect.ownKeys(prototype).length)
  return names.some((count, index) => count !== namesOfShared[index])
    ? ['a prototype that everything shares changed']
    : []
}

import { PassThrough } from 'node:stream'
import { itemId, LmsId, OrderId, StoreId, wanted, type Ledger, type SeatId } from '@seatkeeper/core'
import { acceptNews } from '@seatkeeper/fulfilment'
import { IngressConfig, startIngress, type RunningIngress } from '@seatkeeper/ingress'
import { createLedger, type RedisLedger } from '@seatkeeper/ledger'
import { createLogger, createMetrics } from '@seatkeeper/service'
import type { LmsSimulator } from '@seatkeeper/simulators'
import { policyOf, StoreConfig } from '@seatkeeper/woocommerce'
import { Redis } from 'ioredis'
import { heldAt, modeOf, startCampus } from './campus.fixture.ts'
import { courses, type ExpectedOrder } from './expectations.ts'
import { startRecordedShop, type RecordedShop } from './recorded-shop.fixture.ts'
import { webhookSecrets, type Moment, type RecordedDelivery } from './recordings.fixture.ts'
import { createWorkers, type Workers } from './workers.fixture.ts'

const store = StoreId.parse('shop')

/** The operator's settings under which all expectations hold. */
const settings = {
  id: store,
  lms: LmsId.parse('campus'),
  courseMode: 'verified',
  catalogue: {
    courseField: 'openedx_course_id',
    modeField: 'openedx_course_mode',
    rules: [{ variation: 18, items: [{ course: courses.adv200, mode: 'audit' }] }],
  },
  learners: { lineFields: ['learner_email', 'learners.email'] },
  writeBack: { notes: true, complete: true },
}

/** A store that knows none of the recorded secrets. */
const stranger = { ...settings, id: 'stranger', webhookSecrets: ['whsec-of-nobody-here'] }

/** What is wanted of one learner's seat, and what the LMS holds: a course mode, or `nothing`. */
export interface SeatFound {
  readonly learner: string
  readonly course: string
  readonly wanted: string
  readonly held: string
}

/** A real ingress, the workers' handlers and an LMS around a shop that says what was recorded. */
export interface Replay {
  readonly shop: RecordedShop
  readonly ledger: RedisLedger
  /** Sends a recorded webhook to one of our addresses; gives the status of the answer. */
  send(delivery: RecordedDelivery, to?: string): Promise<number>
  /** The shop stands as recorded, sends its webhooks one by one, and everything comes to rest; gives the answers. */
  play(moment: Moment): Promise<readonly number[]>
  /** All seats there ever were, by learner and course; those that met on one account are one. */
  seats(): Promise<readonly SeatFound[]>
  /** What became of every order that was heard of, by number. */
  orders(): Promise<ReadonlyMap<number, ExpectedOrder>>
  close(): Promise<void>
}

/** @param isLate nothing that comes by itself is applied, as if it had come more than a day late: all is read instead. */
export async function startReplay(redisUrl: string, { isLate }: { readonly isLate: boolean }): Promise<Replay> {
  const redis = new Redis(redisUrl)
  await redis.flushall()
  const ledger = createLedger(redis)
  const [shop, campus] = await Promise.all([startRecordedShop(), startCampus()])
  const config = StoreConfig.parse({ ...settings, ...reaching(shop) })
  const workers = createWorkers(ledger, config, campus.url)
  const ingress = await openIngress(isLate ? heardLate(ledger) : ledger, config)
  const send: Replay['send'] = (delivery, to = store) => post(delivery, `${ingress.url}/webhooks/${to}`)
  return {
    shop,
    ledger,
    send,
    play: (moment) => play(moment, { shop, workers, send }),
    seats: () => seatsFound(ledger, workers.seats, campus),
    orders: async () => new Map(await Promise.all([...workers.orders].map((order) => orderFound(order, ledger, shop)))),
    close: async () => {
      await ingress.close()
      redis.disconnect()
      await Promise.all([shop.close(), campus.stop()])
    },
  }
}

function reaching({ url }: RecordedShop) {
  const zeros = '0'.repeat(39)
  return { url, consumerKey: `ck_${zeros}1`, consumerSecret: `cs_${zeros}1`, callsPerMinute: 6000 }
}

function heardLate(ledger: RedisLedger): Ledger {
  return { ...ledger, applySnapshot: ({ snapshot }) => ledger.noteHint(snapshot, 'stale') }
}

function openIngress(ledger: Ledger, config: StoreConfig): Promise<RunningIngress> {
  const policy = policyOf(config)
  const accept = acceptNews({ ledger, policyOf: () => policy, wake: () => Promise.resolve(), onWakeFailed: fail })
  return startIngress({
    config: IngressConfig.parse({ stores: [{ ...settings, webhookSecrets }, stranger] }),
    accept,
    host: '127.0.0.1',
    port: 0,
    log: createLogger('error', { stream: new PassThrough() }),
    metrics: createMetrics(),
  })
}

async function play(
  { shown, deliveries }: Moment,
  { shop, workers, send }: Pick<Replay, 'shop' | 'send'> & { workers: Workers },
) {
  shop.show(shown)
  const answers: number[] = []
  for (const delivery of deliveries) {
    const order = orderOf(delivery.body)
    if (order !== undefined) workers.orders.add(order)
    answers.push(await send(delivery))
  }
  await workers.bringToRest()
  return answers
}

/** Headers that belong to a connection are made anew; all others and the body are the recorded ones. */
async function post({ body, headers }: RecordedDelivery, url: string): Promise<number> {
  const kept = headers.filter(([name]) => !/^(host|connection|content-length|accept-encoding)$/i.test(name))
  const answer = await fetch(url, {
    method: 'POST',
    headers: kept.map(([name, value]): [string, string] => [name, value]),
    body: new Uint8Array(body),
  })
  return answer.status
}

async function seatsFound(ledger: RedisLedger, ids: Iterable<SeatId>, campus: LmsSimulator) {
  const found = new Map<SeatId, SeatFound>()
  for (const id of ids) {
    const seat = await ledger.readSeat(id)
    if (seat === undefined) throw new RangeError(`seat ${id} is gone`)
    const { email: learner, course, claims, baseline } = seat
    const goal = modeOf(wanted(claims, baseline ?? undefined))
    found.set(seat.id, { learner, course, wanted: goal, held: heldAt(campus, learner, course) })
  }
  return [...found.values()]
}

async function orderFound(
  order: OrderId,
  ledger: RedisLedger,
  shop: RecordedShop,
): Promise<readonly [number, ExpectedOrder]> {
  const view = await ledger.orderView({ store, order })
  const item = await ledger.readItem(itemId({ kind: 'order', store, order }))
  const number = Number(order)
  const told = { notes: shop.notes(number), statuses: shop.statuses(number) }
  const notes = told.notes.map((note) => note.split('\n'))
  const failure = item?.failure?.code
  return [number, { ...told, notes, open: view?.open.length ?? 0, ...(failure === undefined ? {} : { failure }) }]
}

/** The order that a webhook is about. */
function orderOf(body: Buffer): OrderId | undefined {
  const [, id] = /^\{"(?:id|action":"\w+","arg)":(\d+)/.exec(body.toString()) ?? []
  return OrderId.safeParse(id).data
}

function fail(error: unknown): never {
  throw error
}

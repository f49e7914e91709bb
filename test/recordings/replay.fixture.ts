import { PassThrough } from 'node:stream'
import {
  enrollSeat,
  itemId,
  LmsId,
  OrderId,
  StoreId,
  toFailure,
  wanted,
  type Item,
  type Ledger,
  type Outcome,
  type SeatId,
} from '@seatkeeper/core'
import { acceptNews, readOrder, settleSeat, tellShop } from '@seatkeeper/fulfilment'
import { IngressConfig, startIngress } from '@seatkeeper/ingress'
import { createLedger } from '@seatkeeper/ledger'
import { createOpenedx, LmsConfig } from '@seatkeeper/openedx'
import { createLogger, createMetrics } from '@seatkeeper/service'
import { startLmsSimulator, type LmsSimulator } from '@seatkeeper/simulators'
import { createWooStore, policyOf, StoreConfig } from '@seatkeeper/woocommerce'
import { Redis } from 'ioredis'
import { courses, learners } from './expectations.ts'
import { startRecordedShop } from './recorded-shop.fixture.ts'
import { webhookSecrets, type Moment, type RecordedDelivery } from './recordings.fixture.ts'

const store = StoreId.parse('shop')
const lms = LmsId.parse('campus')
const client = { clientId: 'seatkeeper', clientSecret: 'lms-secret' }

/** The operator's settings under which all expectations hold. */
const settings = {
  id: store,
  lms,
  courseMode: 'verified',
  catalogue: {
    courseField: 'openedx_course_id',
    modeField: 'openedx_course_mode',
    rules: [{ variation: 18, items: [{ course: courses.adv200, mode: 'audit' }] }],
  },
  learners: { lineFields: ['learner_email', 'learners.email'] },
  writeBack: { notes: true, complete: true },
}

/** What is wanted of one learner's seat, and what the LMS holds: a course mode, or `nothing`. */
export interface SeatFound {
  readonly learner: string
  readonly course: string
  readonly wanted: string
  readonly held: string
}

export type Replay = Awaited<ReturnType<typeof startReplay>>

/**
 * A real ingress, the workers' handlers and a real LMS simulator around a shop that says what was recorded.
 *
 * @param isLate nothing that comes by itself is applied, as if it had come more than a day late: all is read instead.
 */
export async function startReplay(redisUrl: string, { isLate }: { readonly isLate: boolean }) {
  const redis = new Redis(redisUrl)
  await redis.flushall()
  const ledger = createLedger(redis)
  const [shop, campus] = await Promise.all([startRecordedShop(), startCampus()])
  const config = StoreConfig.parse({
    ...settings,
    url: shop.url,
    consumerKey: `ck_${'0'.repeat(39)}1`,
    consumerSecret: `cs_${'0'.repeat(39)}1`,
    callsPerMinute: 6000,
  })
  const hearing: Ledger = isLate ? { ...ledger, applySnapshot: ({ snapshot }) => ledger.noteHint(snapshot, 'stale') } : ledger
  const wake = () => Promise.resolve()
  const policy = policyOf(config)
  const ingress = await startIngress({
    config: IngressConfig.parse({
      stores: [
        { ...settings, webhookSecrets },
        { ...settings, id: 'stranger', webhookSecrets: ['whsec-of-nobody-here'] },
      ],
    }),
    accept: acceptNews({ ledger: hearing, policyOf: () => policy, wake, onWakeFailed: fail }),
    host: '127.0.0.1',
    port: 0,
    log: createLogger('fatal', { stream: new PassThrough() }),
    metrics: createMetrics(),
  })
  const lmsConfig = LmsConfig.parse({ id: lms, url: campus.url, ...client })
  const parts = { ledger, wake, policy, store: createWooStore(config) }
  const read = readOrder(parts)
  const tell = tellShop({ ...parts, writeBack: { ...config.writeBack, failedStatus: null }, onRefundOvertaken: fail })
  const settle = settleSeat({
    ledger,
    wake,
    lms: createOpenedx(lmsConfig, { tokens: ledger.tokens(lms) }),
    patience: { firstLookMs: 30_000, maxLookMs: 3_600_000, patienceMs: 86_400_000 },
    policy: lmsConfig,
  })
  const orders = new Set<OrderId>()
  const seats = new Set<SeatId>()

  async function work(item: Exclude<Item, { kind: 'chore' }>, generation: number): Promise<Outcome> {
    const context = { signal: AbortSignal.timeout(20_000) }
    if (item.kind === 'seat') return settle({ v: 1, lms, seat: item.seat, generation }, context)
    const job = { v: 1, store, order: item.order, generation } as const
    return item.kind === 'order' ? read(job, context) : tell(job, context)
  }

  /** Works on one item if it is due; a failure that is not for good fails the test. */
  async function converge(item: Exclude<Item, { kind: 'chore' }>): Promise<boolean> {
    const id = itemId(item)
    const found = await ledger.itemStatus(id)
    if (found?.status !== 'due') return false
    await work(item, found.generation).catch(async (error: unknown) => {
      const failure = toFailure(error)
      if (failure.verdict !== 'permanent') throw failure
      const filing = { code: failure.code, permanent: true, backoff: enrollSeat.backoff, random: 0 }
      await ledger.fileFailure({ id, generation: found.generation, ...filing })
    })
    return true
  }

  async function round(): Promise<boolean> {
    let hasWorked = false
    for (const order of orders) {
      hasWorked = (await converge({ kind: 'order', store, order })) || hasWorked
      for (const seat of (await ledger.orderView({ store, order }))?.seats ?? []) seats.add(seat)
    }
    for (const seat of seats) hasWorked = (await converge({ kind: 'seat', lms, seat })) || hasWorked
    for (const order of orders) hasWorked = (await converge({ kind: 'tell', store, order })) || hasWorked
    return hasWorked
  }

  const send = async ({ body, headers }: RecordedDelivery, to: string = store): Promise<number> => {
    const kept = headers.filter(([name]) => !/^(host|connection|content-length|accept-encoding)$/i.test(name))
    const options = { method: 'POST', headers: kept.map(([name, value]): [string, string] => [name, value]) }
    return (await fetch(`${ingress.url}/webhooks/${to}`, { ...options, body: new Uint8Array(body) })).status
  }

  return {
    shop,
    ledger,
    send,
    /** The shop stands as recorded, sends its webhooks one by one, and everything comes to rest; gives the answers. */
    play: async ({ shown, deliveries }: Moment): Promise<readonly number[]> => {
      shop.show(shown)
      const answers: number[] = []
      for (const delivery of deliveries) {
        for (const order of ordersIn(delivery.body)) orders.add(order)
        answers.push(await send(delivery))
      }
      for (let rounds = 0; await round(); rounds += 1) if (rounds > 20) throw new Error('the orders do not come to rest')
      return answers
    },
    /** All seats there ever were, by learner and course. */
    seats: async (): Promise<readonly SeatFound[]> => {
      const found: SeatFound[] = []
      for (const id of seats) {
        const seat = await ledger.readSeat(id)
        if (seat === undefined) throw new RangeError(`seat ${id} is gone`)
        const { email: learner, course } = seat
        const goal = wanted(seat.claims, seat.baseline ?? undefined)
        found.push({ learner, course, wanted: modeOf(goal), held: modeOf(campus.row(usernameOf(learner), course)) })
      }
      return found.toSorted((one, other) => (`${one.learner} ${one.course}` < `${other.learner} ${other.course}` ? -1 : 1))
    },
    openSeats: async (order: number) =>
      (await ledger.orderView({ store, order: OrderId.parse(String(order)) }))?.open.length ?? 0,
    failure: async (order: number) =>
      (await ledger.readItem(itemId({ kind: 'order', store, order: OrderId.parse(String(order)) })))?.failure?.code,
    orders,
    close: async () => {
      await ingress.close()
      redis.disconnect()
      await Promise.all([shop.close(), campus.stop()])
    },
  }
}

async function startCampus(): Promise<LmsSimulator> {
  const campus = await startLmsSimulator({ staffCallsPerMinute: Infinity, tokenCallsPerMinute: Infinity })
  campus.addUser({ username: 'worker', email: 'worker@example.org', isStaff: true })
  campus.addOAuthApp({ ...client, username: 'worker' })
  for (const key of Object.values(courses)) {
    campus.addCourse({ key, name: key, modes: [{ slug: 'audit' }, { slug: 'verified', price: 49 }] })
  }
  for (const email of learners) campus.addUser({ username: usernameOf(email), email })
  return campus
}

function usernameOf(email: string): string {
  return email.replaceAll(/\W/g, '_')
}

function modeOf(enrolment: { readonly isActive: boolean; readonly mode: string | null } | undefined): string {
  return enrolment?.isActive === true ? String(enrolment.mode) : 'nothing'
}

/** The order that a webhook is about. */
function ordersIn(body: Buffer): readonly OrderId[] {
  const [, id] = /^\{"(?:id|action":"\w+","arg)":(\d+)/.exec(body.toString()) ?? []
  return id === undefined ? [] : [OrderId.parse(id)]
}

function fail(what: unknown): never {
  throw what instanceof Error ? what : new Error(JSON.stringify(what))
}

import {
  enrollSeat,
  itemId,
  JobFailure,
  LmsId,
  readOrder,
  type FailureCode,
  type Outcome,
  type Seat,
} from '@seatkeeper/core'
import { beatMs } from '@seatkeeper/ledger'
import { createProber, gateOf, startWorker } from '@seatkeeper/queue'
import { connectRedis } from '@seatkeeper/service'
import { end, itemOf, sell, settle, stumble, until, wait, type Sale, type Scene } from './scene.fixture.ts'

const wellSold: readonly Omit<Sale, 'order'>[] = [
  { skus: ['course-v1:DemoU+CS101+2026'] },
  { skus: ['course-v1:DemoU+CS101+2026', 'course-v1:DemoU+STAT200+2026'] },
  { store: 'bookshop', lms: 'academy', skus: ['course-v1:Academy+WRITING+Autumn'] },
]
const waitedFor = 'course-v1:DemoU+BIO150+2026'
const soldInVain: ReadonlyMap<string, FailureCode> = new Map([
  ['course-v1:DemoU+HIST110+2026', 'LMS_MODE_UNAVAILABLE'],
  ['course-v1:DemoU+LAB300+2026', 'LMS_ENROLMENT_REFUSED'],
  ['course-v1:DemoU+CS10+2026', 'LMS_COURSE_UNKNOWN'],
])

/**
 * A day at two shops and two LMSs: most is settled, some waits, three seats are dead, and one LMS has throttled us.
 *
 * @returns the item of the seat that died last; it was replayed before.
 */
export async function playADay(scene: Scene): Promise<string> {
  for (let order = 1001; order < 1043; order += 1)
    await sell(scene, { order: String(order), ...wellSold[order % wellSold.length] })
  for (const order of ['1043', '1044', '1045']) await sell(scene, { order, skus: [waitedFor] })
  const inVain = await Promise.all(
    [...soldInVain.keys()].map((sku, index) => sell(scene, { order: `${1046 + index}`, skus: [sku] })),
  )
  const [last] = inVain.at(-1) ?? []
  if (last === undefined) throw new Error('the order has no seat')
  await workOff(scene)
  const replaying = await scene.ledger.replay({ id: itemOf(last), generation: null, by: 'grace', perSecond: 20 })
  if (replaying.result === 'replayed') await scene.wakeUps.wake(replaying.wakeUps)
  await stumble(scene, { ...last, generation: last.generation + 1 })
  await workOff(scene)
  await scene.deadLetters.sync(scene.ledger)
  for (const order of ['1049', '1050', '1051', '1052'])
    await sell(scene, { order, store: 'bookshop', lms: 'academy', skus: ['course-v1:Academy+EDITING+Autumn'] })
  await rememberTheDay(scene)
  await scene.ledger.gates.shut('lms.academy', 'throttled', 'LMS_THROTTLED', 600_000)
  return itemOf(last)
}

/** What workers would have told in a day: busier by day, and an hour of trouble. */
async function rememberTheDay({ redis, ledger }: Scene): Promise<void> {
  const nowMs = await ledger.nowMs()
  for (let back = 0; back < 144; back += 1) {
    const start = nowMs - (nowMs % beatMs) - back * beatMs
    const isTrouble = back > 60 && back < 67
    const done = Math.round(14 + 12 * Math.sin(back / 23) + ((back * 7) % 5))
    const beats = { done: isTrouble ? 2 : done, failed: isTrouble ? 9 : back % 29 === 0 ? 1 : 0 }
    await redis.hset(`{seatkeeper}:pulse:${start}`, {
      ...beats,
      longest: isTrouble ? 95_000 : 900 + ((back * 131) % 700),
    })
  }
  for (const lms of ['campus', 'academy']) await ledger.callBudget(LmsId.parse(lms), 100).left(['seatkeeper'])
  await ledger.writeCursor('watch-shop', '')
  const counts = { 'paid-but-not-enrolled': 6, 'refunded-but-enrolled': 0 }
  await ledger.keepBalance({ lms: LmsId.parse('campus'), ...counts })
  await ledger.keepBalance({ lms: LmsId.parse('academy'), ...counts, 'paid-but-not-enrolled': 4 })
}

/** Lets workers do what is due at the one LMS, now that it offers everything that was sold. */
export async function workOffMended(scene: Scene): Promise<void> {
  await workOff(scene, new Map(), ['orders.shop', 'enroll.campus'])
}

/** Lets real workers work until nothing is due in these lanes. */
async function workOff(scene: Scene, refused = soldInVain, only?: readonly string[]): Promise<void> {
  const { ledger, deadLetters, server, parts } = scene
  const connection = connectRedis(server.url, 'worker', parts.log)
  const onError = (error: unknown) => parts.log.error('day.failed', { error })
  const lanes = (await ledger.lanes()).filter((lane) => only?.includes(lane) ?? true)
  const workers = lanes.map((lane) => {
    const gate = gateOf(lane) ?? lane
    const prober = createProber({ gate, gates: ledger.gates, probe: () => Promise.resolve() })
    const shared = { agenda: ledger, gate, gates: ledger.gates, prober, deadLetters }
    const deps = { ...shared, connection, prefix: parts.bullPrefix, onAttempt: () => undefined, onError }
    return lane.startsWith('orders.')
      ? startWorker(
          readOrder,
          lane,
          (data) => end(ledger, itemId({ kind: 'order', ...data }), { status: 'unchanged' }),
          deps,
        )
      : startWorker(enrollSeat, lane, async ({ seat }) => take(scene, await ledger.readSeat(seat), refused), deps)
  })
  await until(async () => (await Promise.all(lanes.map((lane) => isIdle(scene, lane)))).every(Boolean))
  await Promise.all(workers.map((worker) => worker.close()))
  connection.disconnect()
}

async function take(scene: Scene, seat: Seat | undefined, refused: typeof soldInVain): Promise<Outcome> {
  if (seat === undefined) throw new Error('the seat is not there')
  const code = refused.get(seat.course)
  if (code !== undefined) throw new JobFailure(code, 'refused as the day wants it')
  return seat.course === waitedFor ? wait(scene, seat) : settle(scene, seat)
}

/** Whether no item of a lane is due. */
async function isIdle({ redis }: Scene, lane: string): Promise<boolean> {
  return (await redis.zcard(`{seatkeeper}:agenda:due:${lane}`)) === 0
}

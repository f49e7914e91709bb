import { readdirSync, readFileSync } from 'node:fs'
import { beforeAll, describe, expect, it } from '@jest/globals'
import {
  doChore,
  enrollSeat,
  failures,
  isConserved,
  isFailureCode,
  jobId,
  LmsId,
  OrderId,
  readJobData,
  readOrder,
  revokeSeat,
  StoreId,
  tellShop,
  type JobType,
} from '@seatkeeper/core'
import { createLedger, type RedisLedger } from '@seatkeeper/ledger'
import { useLedger } from '@seatkeeper/ledger/fixture'
import { letterOf } from '@seatkeeper/queue'
import { restoreKeys, type Keyspace } from './keyspace.ts'

/* What every release stored, read by this one. `record.ts` writes a folder for each new shape; a folder never changes. */
const releases = readdirSync(new URL('.', import.meta.url)).filter((name) => /^v\d+$/.test(name))
const prefix = '{seatkeeper}:'
const types: readonly JobType[] = [enrollSeat, revokeSeat, readOrder, tellShop, doChore]

interface RecordedJob {
  readonly id: string
  readonly name: string
  readonly data: { readonly generation: number }
}

const recorded = (release: string, name: string): unknown =>
  JSON.parse(readFileSync(new URL(`${release}/${name}.json`, import.meta.url), 'utf8'))
const orderOf = (number: string) => ({ store: StoreId.parse('shop'), order: OrderId.parse(number) })

describe.each(releases)('a job of release %s', (release) => {
  it.each(types.map((type) => [type.name, type] as const))('is read: %s', (name, type) => {
    const job = recorded(release, name) as RecordedJob
    const data = readJobData<unknown>(type, job.data)
    expect(job.name).toBe(name)
    expect(data).toBeDefined()
    expect(jobId(type.item(data), job.data.generation)).toBe(job.id)
  })
})

describe.each(releases)('the ledger of release %s', (release) => {
  const at = useLedger()
  let ledger: RedisLedger

  beforeAll(async () => {
    await restoreKeys(at.redis, prefix, recorded(release, 'ledger') as Keyspace)
    ledger = createLedger(at.redis, prefix)
  })

  const seatOf = async (number: string) => {
    const [seat] = (await ledger.orderView(orderOf(number)))?.seats ?? []
    return seat === undefined ? undefined : ledger.readSeat(seat)
  }

  it('has its seats, with account, baseline and what was applied', async () => {
    const verified = { isActive: true, mode: 'verified' }
    const claims = [{ access: 'granted', mode: 'verified' }]
    expect(await seatOf('1001')).toMatchObject({
      account: { id: 7, username: 'ada' },
      baseline: { isActive: false, mode: null },
      applied: verified,
      claims,
    })
    expect(await seatOf('1002')).toMatchObject({ email: 'tony@example.org', account: null, applied: null, claims })
    expect(await seatOf('1003')).toMatchObject({ invited: true, claims })
  })

  it('has its orders, their lines and their timelines', async () => {
    const view = await ledger.orderView(orderOf('1001'))
    expect(view).toMatchObject({
      status: 'processing',
      itemStatus: 'due',
      timeline: [{ what: 'read' }, { what: 'hint' }],
    })
    expect([...(view?.lines.values() ?? [])].flat()).toMatchObject([{ course: 'course-v1:DemoU+CS101+2026' }])
  })

  it('has every item where it stood', async () => {
    const counts = await ledger.conservation()
    expect(counts).toMatchObject({ registered: 10, settled: 3, due: 5, waiting: 1, dead: 1 })
    expect(isConserved(counts)).toBe(true)
    expect(await ledger.readItem('audit-campus')).toMatchObject({ item: { kind: 'chore' }, lane: 'audit.campus' })
    expect(await ledger.readCursor('audit-campus')).toBe('42')
  })

  it('has its dead letters as they were shown', async () => {
    expect((await ledger.dead()).map(letterOf)).toMatchObject(recorded(release, 'dead-letters') as object[])
  })

  it('has its gate, and the lease with who held it', async () => {
    expect(await ledger.gates.read('lms.campus')).toMatchObject({ state: 'parked', code: 'LMS_TOKEN_REFUSED' })
    expect(await ledger.lease('tell-shop-1003', 5000)).toBeUndefined()
    await at.redis.del(`${prefix}lease:tell-shop-1003`)
    expect(await ledger.lease('tell-shop-1003', 5000)).toMatchObject({ crashes: 1 })
  })

  it('goes on where it stopped: what is dead is replayed', async () => {
    const [dead] = await ledger.dead()
    const id = `seat-${dead?.item.kind === 'seat' ? dead.item.seat : ''}`
    const answer = await ledger.replay({ id, generation: null, by: 'ops', perSecond: 10 })
    expect(answer).toMatchObject({ result: 'replayed', wakeUps: [{ lane: 'enroll.campus' }, { lane: 'orders.shop' }] })
  })

  it('reads a failure code that only a newer release has as UNEXPECTED', async () => {
    await at.redis.set(`${prefix}gate:lms.north`, JSON.stringify({ state: 'closed', code: 'OF_TOMORROW', sinceMs: 1 }))
    expect(isFailureCode('OF_TOMORROW')).toBe(false)
    expect(Object.keys(failures)).toContain('UNEXPECTED')
    expect(await ledger.gates.read(`lms.${LmsId.parse('north')}`)).toMatchObject({ code: 'UNEXPECTED' })
  })
})

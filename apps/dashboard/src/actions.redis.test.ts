import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import type { Role } from './login/visitor.ts'
import { OrderId, readOrder } from '@seatkeeper/core'
import { anOrder, emailOf } from '@seatkeeper/core/fixture'
import { giveUp, itemOf, sellOne, settle, startScene, until, type Scene } from './scene.fixture.ts'
import { ask, asPage, fromHere, type Answer } from './visitor.fixture.ts'

let scene: Scene

beforeAll(async () => {
  scene = await startScene()
})
afterAll(() => scene.close())
afterEach(() => scene.redis.flushall())

/** Sends a form as somebody of this role. */
async function act(role: Role, path: string, fields: Readonly<Record<string, string>>): Promise<Answer> {
  const headers = { ...fromHere(scene.url), cookie: await scene.enter(role) }
  return ask(scene.url, path, { method: 'POST', headers, body: new URLSearchParams(fields).toString() })
}

async function look(role: Role, path: string): Promise<Answer> {
  return ask(scene.url, path, { headers: { ...asPage, cookie: await scene.enter(role) } })
}

async function statusOf(item: string): Promise<string | undefined> {
  return (await scene.ledger.readItem(item))?.status
}

function actions() {
  return scene.ledger.operatorActions({ sinceMs: 0, limit: 10 })
}

/** Everything that must be as it was where nobody may do anything. */
async function snapshot() {
  const keys = (await scene.redis.keys('*')).filter((key) => !key.includes(':session:'))
  return (await Promise.all(keys.toSorted().map(async (key) => [key, await scene.redis.dump(key)]))).map(String)
}

/** What the form of a new decision sends. */
const wish = {
  what: 'grant',
  email: 'Ada.Canary@example.org',
  lms: 'campus',
  course: 'course-v1:DemoU+ART+2026',
  mode: 'honor',
  reason: 'won a prize',
}

describe('a viewer', () => {
  const forms: [string, Record<string, string>][] = [
    ['/dead-letters/replay', { all: 'yes' }],
    ['/dead-letters/discard', { all: 'yes', reason: 'why not' }],
    ['/lanes/enroll.campus', { what: 'pause', reason: 'why not' }],
    ['/items/order-shop-1001/read', {}],
    ['/items/ITEM/decide', { what: 'deny', mode: 'verified', reason: 'why not' }],
    ['/seats/new', wish],
  ]

  it.each(forms)('can do nothing at %s, and is shown no way', async (path, fields) => {
    const item = await giveUp(scene, await sellOne(scene), 'LMS_COURSE_UNKNOWN')
    const before = await snapshot()
    expect(await act('viewer', path.replace('ITEM', item), fields)).toMatchObject({ status: 403 })
    expect(await snapshot()).toEqual(before)
    for (const page of ['/dead-letters', `/items/${item}`, '/items/order-shop-1001', '/lanes/enroll.campus']) {
      const { text } = await look('viewer', page)
      expect([
        page,
        text.match(/<form|Replay …|Give up …|Read again|\/decide/g)?.filter((found) => found !== '<form'),
      ]).toEqual([page, []])
    }
  })

  it.each(['/dead-letters/replay', '/dead-letters/discard', '/seats/new'])('does not see %s', async (path) => {
    expect(await look('viewer', path)).toMatchObject({ status: 403 })
  })
})

describe('an operator', () => {
  it('cannot decide over the shops’ heads', async () => {
    const item = itemOf(await sellOne(scene))
    const form = { what: 'deny', mode: 'verified', reason: 'why not' }
    expect(await act('operator', `/items/${item}/decide`, form)).toMatchObject({ status: 403 })
    expect(await look('operator', `/items/${item}/decide`)).toMatchObject({ status: 403 })
    expect(await act('operator', '/seats/new', wish)).toMatchObject({ status: 403 })
    expect(await look('operator', '/seats/new')).toMatchObject({ status: 403 })
    expect(await actions()).toEqual([])
  })
})

describe('a replay', () => {
  it('is shown before it is done', async () => {
    const item = await giveUp(scene, await sellOne(scene), 'LMS_COURSE_UNKNOWN')
    const { text } = await look('operator', `/dead-letters/replay?item=${item}`)
    expect(text).toContain('Each is tried again from the start')
    expect(text).toContain('The orders behind seats are read at their shop first')
    expect(text).toContain(`name="item" value="${item}"`)
    expect(await statusOf(item)).toBe('dead')
  })

  it('of one opens it and its order, wakes them, and is recorded', async () => {
    const item = await giveUp(scene, await sellOne(scene), 'LMS_COURSE_UNKNOWN')
    const answer = await act('operator', '/dead-letters/replay', { item })
    expect([answer.status, answer.headers.location]).toEqual([303, `/items/${item}`])
    expect([await statusOf(item), await statusOf('order-shop-1001')]).toEqual(['due', 'due'])
    expect(await scene.wakeUps.depths(['orders.shop'])).toMatchObject(new Map([['orders.shop', { waiting: 1 }]]))
    expect(await actions()).toMatchObject([{ by: 'the operator', action: 'replay', on: item }])
    expect((await look('viewer', '/record')).text).toContain('the operator')
  })

  it('of a filter leaves the others dead', async () => {
    const one = await giveUp(scene, await sellOne(scene, '1'), 'LMS_COURSE_UNKNOWN')
    const other = await giveUp(scene, await sellOne(scene, '2'), 'LMS_MODE_UNAVAILABLE')
    const answer = await act('operator', '/dead-letters/replay', { code: 'LMS_COURSE_UNKNOWN' })
    expect(answer.headers.location).toBe('/dead-letters')
    expect([await statusOf(one), await statusOf(other)]).toEqual(['due', 'dead'])
    expect((await look('viewer', '/dead-letters')).text).toMatch(
      /the operator replayed code LMS_COURSE_UNKNOWN: 1 of 1/,
    )
  })

  it('of all needs to be told so', async () => {
    const item = await giveUp(scene, await sellOne(scene), 'LMS_COURSE_UNKNOWN')
    expect(await act('operator', '/dead-letters/replay', {})).toMatchObject({ status: 400 })
    expect(await statusOf(item)).toBe('dead')
    await act('operator', '/dead-letters/replay', { all: 'yes' })
    expect(await statusOf(item)).toBe('due')
  })

  it.each([{ code: 'NO_SUCH_CODE' }, { item: '../x' }, { lane: 'x' }, { lms: 'A' }, { code: '', item: '*' }])(
    'of %j is none, not one of all',
    async (fields) => {
      const item = await giveUp(scene, await sellOne(scene), 'LMS_COURSE_UNKNOWN')
      expect(await act('operator', '/dead-letters/replay', { ...fields, all: 'yes' })).toMatchObject({ status: 400 })
      expect(await statusOf(item)).toBe('dead')
    },
  )
})

describe('reading an order again', () => {
  const id = 'order-shop-1001'

  it('makes an order at rest due, wakes it, and is recorded', async () => {
    await sellOne(scene)
    expect(await statusOf(id)).toBe('settled')
    expect((await look('operator', `/items/${id}`)).text).toContain(`action="/items/${id}/read"`)
    const answer = await act('operator', `/items/${id}/read`, {})
    expect([answer.status, answer.headers.location]).toEqual([303, `/items/${id}`])
    expect(await statusOf(id)).toBe('due')
    expect(await scene.wakeUps.depths(['orders.shop'])).toMatchObject(new Map([['orders.shop', { waiting: 1 }]]))
    expect(await actions()).toMatchObject([{ by: 'the operator', action: 'retry', on: id }])
  })

  it('opens what is dead of it, and nothing else', async () => {
    const item = await giveUp(scene, await sellOne(scene), 'LMS_COURSE_UNKNOWN')
    const other = await giveUp(scene, await sellOne(scene, '2'), 'LMS_COURSE_UNKNOWN')
    await act('operator', `/items/${id}/read`, {})
    expect([await statusOf(id), await statusOf(item), await statusOf(other)]).toEqual(['due', 'due', 'dead'])
  })

  it('says that a held order goes through', async () => {
    await sellOne(scene)
    const { order, store } = anOrder({ order: OrderId.parse('1001') })
    await scene.ledger.noteHint({ store, order }, 'action')
    const { generation = 0 } = (await scene.ledger.itemStatus(id)) ?? {}
    const { backoff } = readOrder
    await scene.ledger.fileFailure({ id, generation, code: 'ORDER_HELD', permanent: true, backoff, random: 0 })
    expect((await look('operator', `/items/${id}`)).text).toContain('its next reading goes through')
    await act('operator', `/items/${id}/read`, {})
    expect((await look('operator', `/items/${id}`)).text).not.toContain('its next reading goes through')
  })

  it.each(['order-shop-999', 'order-nowhere-1001', 'SEAT', 'x'])('is none of %s', async (name) => {
    const path = `/items/${name.replace('SEAT', itemOf(await sellOne(scene)))}/read`
    const before = await snapshot()
    expect(await act('operator', path, {})).toMatchObject({ status: 404 })
    expect(await snapshot()).toEqual(before)
  })

  it('is refused to another site’s form', async () => {
    await sellOne(scene)
    const headers = { ...fromHere('https://evil.example.com'), cookie: await scene.enter('operator') }
    expect(await ask(scene.url, `/items/${id}/read`, { method: 'POST', headers })).toMatchObject({ status: 403 })
    expect(await statusOf(id)).toBe('settled')
  })
})

describe('giving up', () => {
  it('needs a reason, and ends what was dead', async () => {
    const item = await giveUp(scene, await sellOne(scene), 'LMS_COURSE_UNKNOWN')
    expect(await act('operator', '/dead-letters/discard', { item })).toMatchObject({ status: 400 })
    expect(await statusOf(item)).toBe('dead')
    await act('operator', '/dead-letters/discard', { item, reason: 'refunded by hand' })
    expect(await statusOf(item)).toBe('settled')
    expect((await look('operator', `/items/${item}`)).text).toContain('the operator gave it up: refunded by hand')
    expect(await actions()).toMatchObject([{ action: 'discard', on: item, detail: 'refunded by hand' }])
  })
})

describe('a lane', () => {
  it('is stopped and let go on, with who and why', async () => {
    await sellOne(scene)
    await act('operator', '/lanes/enroll.campus', { what: 'pause', reason: 'exam week' })
    expect((await look('viewer', '/lanes/enroll.campus')).text).toMatch(/Stopped by the operator.*: exam week/s)
    expect((await look('viewer', '/')).text).toContain('stopped by the operator')
    await act('operator', '/lanes/enroll.campus', { what: 'resume', reason: 'over' })
    expect(await scene.ledger.pausedLanes()).toEqual([])
    expect(await actions()).toMatchObject([{ action: 'resume' }, { action: 'pause', detail: 'exam week' }])
  })

  it('that is not there, or without a reason, is not stopped', async () => {
    await sellOne(scene)
    expect(await act('operator', '/lanes/enroll.nowhere', { what: 'pause', reason: 'x' })).toMatchObject({
      status: 404,
    })
    expect(await act('operator', '/lanes/enroll.campus', { what: 'pause', reason: ' ' })).toMatchObject({ status: 400 })
    expect(await scene.ledger.pausedLanes()).toEqual([])
  })
})

describe('a decision about a seat', () => {
  it.each([
    ['deny', 'denied', 'revoke.campus'],
    ['grant', 'granted', 'enroll.campus'],
  ])('%s is %s, wakes it, and is recorded', async (what, access, lane) => {
    const seat = await sellOne(scene)
    await settle(scene, seat)
    const item = itemOf(seat)
    await act('admin', `/items/${item}/decide`, { what, mode: 'verified', reason: 'as agreed' })
    expect((await scene.ledger.readSeat(seat.id))?.decision).toMatchObject({
      access,
      by: 'the admin',
      reason: 'as agreed',
    })
    expect(await scene.ledger.readItem(item)).toMatchObject({ status: 'due', lane })
    await until(async () => (await scene.wakeUps.depths([lane])).get(lane)?.waiting !== 0)
    expect(await actions()).toMatchObject([{ by: 'the admin', action: what, detail: 'as agreed' }])
    await act('admin', `/items/${item}/decide`, { what: 'release', mode: 'verified', reason: 'over' })
    expect((await scene.ledger.readSeat(seat.id))?.decision).toBeNull()
  })

  it.each([
    { what: 'deny' },
    { reason: 'x' },
    { what: 'burn', reason: 'x' },
    { what: 'grant', mode: '<b>', reason: 'x' },
  ])('is none with %j', async (fields) => {
    const seat = await sellOne(scene)
    expect(await act('admin', `/items/${itemOf(seat)}/decide`, { mode: 'verified', ...fields })).toMatchObject({
      status: 400,
    })
    expect((await scene.ledger.readSeat(seat.id))?.decision).toBeNull()
  })
})

describe('a decision about somebody without a seat', () => {
  const address = emailOf('ada.canary@example.org')

  it.each([
    ['grant', 'granted', 'enroll.campus'],
    ['deny', 'denied', 'revoke.campus'],
  ])('%s makes the seat, wakes it, and is recorded', async (what, access, lane) => {
    await sellOne(scene)
    const answer = await act('admin', '/seats/new', { ...wish, what })
    const [id] = await scene.ledger.seatsOfAddress(address, 9)
    expect([answer.status, answer.headers.location]).toEqual([303, `/items/seat-${id}`])
    const seat = id === undefined ? undefined : await scene.ledger.readSeat(id)
    expect(seat).toMatchObject({ course: wish.course, decision: { access, by: 'the admin', reason: 'won a prize' } })
    expect(seat?.claims).toMatchObject([{ access, mode: 'honor' }])
    expect(await scene.ledger.readItem(`seat-${id}`)).toMatchObject({ status: 'due', lane })
    expect(await actions()).toMatchObject([{ by: 'the admin', action: what, on: `seat-${id}`, detail: 'won a prize' }])
    expect(scene.logged()).not.toMatch(/ada\.canary@/i)
  })

  it('is made once, however often it is sent', async () => {
    await sellOne(scene)
    await act('admin', '/seats/new', wish)
    await act('admin', '/seats/new', wish)
    expect(await scene.ledger.seatsOfAddress(address, 9)).toHaveLength(1)
  })

  it.each([
    [{ what: 'release' }, 'Say whether to grant or to deny.'],
    [{ email: 'ada' }, 'That cannot be an e-mail address.'],
    [{ lms: 'nowhere' }, 'No LMS of this name is known here.'],
    [{ lms: '' }, 'No LMS of this name is known here.'],
    [{ course: 'ART' }, 'That cannot be the key of a course run;'],
    [{ mode: 'Gold!' }, 'That cannot be a course mode;'],
    [{ reason: ' ' }, 'Say why,'],
  ])('with %j is not made, and what was typed is kept', async (fields, sentence) => {
    await sellOne(scene)
    const before = await snapshot()
    const { status, text } = await act('admin', '/seats/new', { ...wish, ...fields })
    expect([status, text]).toEqual([400, expect.stringContaining(sentence)])
    expect(text).toContain(`value="${'reason' in fields ? '' : 'won a prize'}"`)
    expect(await snapshot()).toEqual(before)
  })

  it('is offered where a course run is looked at, with its names filled in', async () => {
    await sellOne(scene)
    const course = encodeURIComponent('course-v1:DemoU+CS101+2026')
    const link = `/seats/new?lms=campus&#38;course=${course}`
    expect((await look('admin', `/courses/campus/${course}`)).text).toContain(link)
    expect((await look('operator', `/courses/campus/${course}`)).text).not.toContain('/seats/new')
    const { text } = await look('admin', link.replace('&#38;', '&'))
    expect(text).toContain('value="course-v1:DemoU+CS101+2026"')
    expect(text).toMatch(/<option selected>\s*campus/)
  })

  it('has to wait for an LMS that is known', async () => {
    expect((await look('admin', '/seats/new')).text).toContain('No LMS is known here yet.')
  })
})

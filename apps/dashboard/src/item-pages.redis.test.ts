import { describe, expect, it } from '@jest/globals'
import { CourseMode, Username } from '@seatkeeper/core'
import { useReader, wordsOf } from './reader.fixture.ts'
import { giveUp, itemOf, sell, settle, wait } from './scene.fixture.ts'
import { ask, asPage } from './visitor.fixture.ts'

const at = useReader()
const { read, sellOne } = at

describe('the dead letters', () => {
  it('say so when there are none', async () => {
    expect(await read('/dead-letters')).toContain('Nothing is dead.')
  })

  it('name item, code, advice, attempts and the last replay', async () => {
    const seat = await sellOne()
    const item = await giveUp(at.scene, seat, 'LMS_COURSE_UNKNOWN')
    await at.scene.ledger.replay({ id: item, generation: null, by: 'grace', perSecond: 20 })
    await giveUp(at.scene, { ...seat, generation: seat.generation + 1 }, 'LMS_MODE_UNAVAILABLE')
    const words = await read('/dead-letters')
    expect(words).toContain('1 LMS_MODE_UNAVAILABLE The course run does not offer')
    expect(words).toMatch(new RegExp(`${item} enroll.campus LMS_MODE_UNAVAILABLE .* UTC 2 grace, `))
  })

  it('come the newest first', async () => {
    const first = await giveUp(at.scene, await sellOne('1'), 'LMS_COURSE_UNKNOWN')
    const second = await giveUp(at.scene, await sellOne('2'), 'LMS_COURSE_UNKNOWN')
    const words = await read('/dead-letters')
    expect(words.indexOf(second)).toBeLessThan(words.indexOf(first))
  })
})

describe('the page of a seat', () => {
  it('says whether, why, and who holds it', async () => {
    const seat = await sellOne()
    await settle(at.scene, seat)
    const words = await read(`/items/${itemOf(seat)}`)
    expect(words).toContain('ada.canary+1001@example.org LMS account canary-account')
    expect(words).toContain('Enrolled as verified One paid unit holds it, and the LMS confirmed it.')
    expect(words).toContain('Wanted verified Confirmed by the LMS verified Before any order audit')
    expect(words).toContain('granted Order 1001 of shop line 31, unit 1 verified')
    expect(words).toMatch(/UTC Settled applied/)
  })

  it('tells how two seats of one account became one', async () => {
    const [first, second] = [await sellOne('1'), await sellOne('2')]
    const account = { id: 7, username: Username.parse('canary-account') }
    for (const { id } of [first, second]) await at.scene.ledger.bindAccount(id, account)
    expect(await read(`/items/${itemOf(first)}`)).toContain(`Took over a seat of the same account ${second.id}`)
    expect(await read(`/items/${itemOf(second)}`)).toContain(`Same account as an older seat, which goes on ${first.id}`)
  })

  it('says what an operator decided and, but for viewers, why', async () => {
    const { id: seat, lms, course } = await sellOne()
    const item = { lms, course, mode: CourseMode.parse('verified') }
    const decision = { by: 'alice', reason: 'words about a canary', item, learner: null }
    await at.scene.ledger.setOperatorClaim({ access: 'denied', seat, ...decision })
    expect(await read(`/items/${itemOf({ id: seat, lms })}`)).toMatch(/denied by alice, .* UTC : words about a canary/)
    await at.enter('viewer')
    const words = await read(`/items/${itemOf({ id: seat, lms })}`)
    expect(words).toContain('1 more in others’ own words')
    expect(words).not.toMatch(/canary/)
  })

  it('says why it is dead, what to do and what was tried', async () => {
    const words = await read(`/items/${await giveUp(at.scene, await sellOne(), 'LMS_COURSE_UNKNOWN')}`)
    expect(words).toContain('Not enrolled LMS_COURSE_UNKNOWN')
    expect(words).toContain('Correct the product’s course key, then replay.')
    expect(words).toMatch(/UTC Attempt failed LMS_ERROR transient next in 1 s The LMS failed on this seat alone/)
    expect(words).toMatch(/UTC Gave up LMS_COURSE_UNKNOWN permanent /)
    expect(words).toContain('In their words words about a canary')
  })

  it('says what it waits for', async () => {
    const seat = await sellOne()
    await wait(at.scene, seat)
    expect(await read(`/items/${itemOf(seat)}`)).toMatch(/No LMS account Nobody at the LMS has .* Next look: .* UTC \./)
  })

  it('says that its lane is held back, and by whom', async () => {
    const seat = await sellOne()
    await at.scene.ledger.gates.shut('lms.campus', 'closed', 'LMS_UNREACHABLE', 30_000)
    expect(await read(`/items/${itemOf(seat)}`)).toContain('Held back LMS_UNREACHABLE')
    await at.scene.ledger.pauseLane({ lane: 'enroll.campus', by: 'grace', reason: 'exam week' })
    expect(await read(`/items/${itemOf(seat)}`)).toContain('Held back grace stopped the lane enroll.campus.')
  })
})

describe('the page of an order', () => {
  it('answers for every seat, and tells order and seats in one timeline', async () => {
    const seat = await sellOne()
    await giveUp(at.scene, seat, 'LMS_COURSE_UNKNOWN')
    const words = await read('/items/order-shop-1001')
    expect(words).toContain('Order 1001 processing')
    expect(words).toContain(
      'Not enrolled LMS_COURSE_UNKNOWN course-v1:DemoU+CS101+2026 at campus ada.canary+1001@example.org',
    )
    expect(words).toContain('Line 31 course-v1:DemoU+CS101+2026 verified at campus')
    expect(words).toContain('The shop was told nothing yet')
    expect(words).toMatch(/DemoU\+CS101\+2026 Gave up LMS_COURSE_UNKNOWN .* order Read at the shop processing/)
  })

  it('lets nothing that the shop says become markup', async () => {
    await sell(at.scene, { order: '1', status: '<script>alert(1)</script>' })
    const { text } = await ask(at.scene.url, '/items/order-shop-1', { headers: { cookie: at.cookie, ...asPage } })
    expect(text).not.toContain('<script')
    expect(wordsOf(text)).toContain('Order 1 <script>alert(1)</script>')
  })
})

describe('an item that is not there', () => {
  it.each([
    'seat-s1234567890123456789',
    'order-shop-9',
    'seat-',
    'order-',
    '..%2f..%2fetc',
    '%00',
    'agenda:dead',
    '%E0%A4%A',
  ])('%p is not found', async (id) => {
    const { status, text } = await ask(at.scene.url, `/items/${id}`, { headers: { cookie: at.cookie, ...asPage } })
    expect([404, 400]).toContain(status)
    expect(text).not.toMatch(/at .*\.ts|node_modules/)
  })
})

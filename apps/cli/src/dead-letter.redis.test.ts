import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { OrderId, EmailAddress } from '@seatkeeper/core'
import { openDesk, type Desk } from './desk.fixture.ts'

let desk: Desk
let seats: readonly [string, string, string]

beforeAll(async () => {
  desk = await openDesk()
})
afterAll(() => desk.close())

/** Two seats died of a wrong course key, one of a closed course; a fourth is well. */
beforeEach(async () => {
  await desk.empty()
  seats = [await sell('ada', 1), await sell('grace', 2), await sell('alan', 3)]
  await desk.fail(seats[0], 'LMS_COURSE_UNKNOWN')
  await desk.fail(seats[1], 'LMS_COURSE_UNKNOWN')
  await desk.fail(seats[2], 'LMS_ENROLMENT_REFUSED')
})

describe('seatkeeper dead-letter list', () => {
  it('lists every dead letter, oldest first', async () => {
    await sell('edsger', 4)
    const rows = (await list()).split('\n').slice(1)
    expect(rows.map((row) => row.split(/ +/).slice(0, 2))).toEqual([
      [seats[0], 'LMS_COURSE_UNKNOWN'],
      [seats[1], 'LMS_COURSE_UNKNOWN'],
      [seats[2], 'LMS_ENROLMENT_REFUSED'],
    ])
  })

  it('lists those of one code, also for programs', async () => {
    const letters: unknown = JSON.parse(await list('--json', '--code', 'LMS_ENROLMENT_REFUSED'))
    expect(letters).toMatchObject([{ v: 1, item: seats[2], kind: 'seat', lane: 'enroll.campus', verdict: 'permanent' }])
  })

  it('says that there are none', async () => {
    await desk.empty()
    expect(await list()).toBe('There are no dead letters.')
    expect(JSON.parse(await list('--json'))).toEqual([])
  })

  it.each(['NO_SUCH_CODE', 'toString'])('knows no code %s', async (code) => {
    await expect(list('--code', code)).rejects.toThrow(`There is no failure code ${code}; `)
  })
})

describe('seatkeeper dead-letter show', () => {
  it('shows the failure, the one thing to do about it, and every attempt', async () => {
    const text = await desk.seatkeeper('dead-letter', 'show', seats[0])
    expect(text).toContain(`${seats[0]}, generation 1, lane enroll.campus`)
    expect(text).toContain('Correct the product’s course key, then replay.')
    expect(text).toMatch(/LMS_COURSE_UNKNOWN +gave up/)
  })

  it('shows who replayed it before', async () => {
    await replay('--by', 'olga', seats[0])
    await desk.fail(seats[0], 'LMS_COURSE_UNKNOWN')
    expect(await desk.seatkeeper('dead-letter', 'show', seats[0])).toMatch(
      /replayed by olga at .*, from generation 1 \(LMS_COURSE_UNKNOWN\)$/,
    )
    const letter: unknown = JSON.parse(await desk.seatkeeper('dead-letter', 'show', seats[0], '--json'))
    expect(letter).toMatchObject({ generation: 2, replays: [{ by: 'olga', ofGeneration: 1 }] })
  })

  it('says in one sentence that there is no such letter', async () => {
    await expect(desk.seatkeeper('dead-letter', 'show', 'seat-x')).rejects.toThrow(/^There is no dead letter seat-x; /)
  })
})

describe('seatkeeper dead-letter replay', () => {
  it('opens the named one again, with the order behind it', async () => {
    expect(await replay(seats[0])).toBe(`${seats[0]} is being tried again`)
    expect(await statuses()).toEqual(['due', 'dead', 'dead'])
    expect(await desk.ledger.itemStatus('order-shop-1')).toMatchObject({ status: 'due' })
  })

  it('opens all of one code', async () => {
    expect((await replay('--code', 'LMS_COURSE_UNKNOWN')).split('\n')).toHaveLength(2)
    expect(await statuses()).toEqual(['due', 'due', 'dead'])
  })

  it('opens all, and then finds none', async () => {
    await replay('--all')
    expect(await statuses()).toEqual(['due', 'due', 'due'])
    expect(await replay('--all')).toBe('There are no such dead letters.')
  })

  it('leaves alone what is not dead', async () => {
    const well = await sell('edsger', 4)
    const answer: unknown = JSON.parse(await replay('--json', well, seats[0], 'seat-x'))
    expect(answer).toEqual({ dryRun: false, replayed: [seats[0]], notDead: [well, 'seat-x'] })
    expect(await desk.ledger.itemStatus(well)).toMatchObject({ generation: 1 })
  })

  it('opens those of an LMS, lane, store or time', async () => {
    expect(await replay('--lms', 'academy')).toBe('There are no such dead letters.')
    expect(await replay('--lane', 'revoke.campus')).toBe('There are no such dead letters.')
    expect(await replay('--since', '2100-01-01')).toBe('There are no such dead letters.')
    expect((await replay('--store', 'shop', '--since', '1h')).split('\n')).toHaveLength(3)
    expect(await statuses()).toEqual(['due', 'due', 'due'])
  })

  it('only says how many of each code, when asked to', async () => {
    expect(await replay('--dry-run', seats[0], 'seat-x')).toMatch(
      /^code +dead letters\s+LMS_COURSE_UNKNOWN +1\s+seat-x is not dead and would be left alone$/,
    )
    expect(await replay('--dry-run', '--all')).toMatch(/LMS_COURSE_UNKNOWN +2\s+LMS_ENROLMENT_REFUSED +1/)
    expect(await statuses()).toEqual(['dead', 'dead', 'dead'])
  })
})

describe('seatkeeper dead-letter discard', () => {
  it('gives up with a reason, shows who and why, and a replay takes it back', async () => {
    expect(await discard(seats[2], '--reason', 'refunded by hand', '--by', 'olga')).toBe(`${seats[2]} is given up`)
    expect(await list()).not.toContain(seats[2])
    expect(await desk.seatkeeper('dead-letter', 'show', seats[2])).toMatch(
      /discarded by olga at .*: refunded by hand; /,
    )
    expect(await statuses()).toEqual(['dead', 'dead', 'settled'])
    expect(await replay(seats[2])).toBe(`${seats[2]} is being tried again`)
    expect(await statuses()).toEqual(['dead', 'dead', 'due'])
  })

  it('gives up those of a code, and only says how many when asked to', async () => {
    expect(await discard('--code', 'LMS_COURSE_UNKNOWN', '--reason', 'a test', '--dry-run')).toMatch(/UNKNOWN +2/)
    expect(await statuses()).toEqual(['dead', 'dead', 'dead'])
    expect((await discard('--code', 'LMS_COURSE_UNKNOWN', '--reason', 'a test')).split('\n')).toHaveLength(2)
    expect(await statuses()).toEqual(['settled', 'settled', 'dead'])
  })
})

const list = (...args: readonly string[]) => desk.seatkeeper('dead-letter', 'list', ...args)
const discard = (...args: readonly string[]) => desk.seatkeeper('dead-letter', 'discard', ...args)
const replay = (...args: readonly string[]) => desk.seatkeeper('dead-letter', 'replay', ...args)

function sell(learner: string, order: number): Promise<string> {
  return desk.sell({ order: OrderId.parse(String(order)), learner: EmailAddress.parse(`${learner}@example.org`) })
}

function statuses(): Promise<readonly (string | undefined)[]> {
  return Promise.all(seats.map(async (id) => (await desk.ledger.itemStatus(id))?.status))
}

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
    expect(await desk.seatkeeper('dead-letter', 'show', seats[0])).toMatch(/replayed by olga at .*, from generation 1$/)
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

  it('only says which, when asked to', async () => {
    expect(await replay('--dry-run', seats[0], 'seat-x')).toBe(
      `${seats[0]} would be tried again\nseat-x is not dead and was left alone`,
    )
    expect((await replay('--dry-run', '--all')).split('\n')).toHaveLength(3)
    expect(await statuses()).toEqual(['dead', 'dead', 'dead'])
  })
})

const list = (...args: readonly string[]) => desk.seatkeeper('dead-letter', 'list', ...args)
const replay = (...args: readonly string[]) => desk.seatkeeper('dead-letter', 'replay', ...args)

function sell(learner: string, order: number): Promise<string> {
  return desk.sell({ order: OrderId.parse(String(order)), learner: EmailAddress.parse(`${learner}@example.org`) })
}

function statuses(): Promise<readonly (string | undefined)[]> {
  return Promise.all(seats.map(async (id) => (await desk.ledger.itemStatus(id))?.status))
}

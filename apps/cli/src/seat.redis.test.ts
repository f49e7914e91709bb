import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { emailOf } from '@seatkeeper/core/fixture'
import { openDesk, type Desk } from './desk.fixture.ts'

let desk: Desk

beforeAll(async () => {
  desk = await openDesk()
})
beforeEach(() => desk.empty())
afterAll(() => desk.close())

const ada = ['--email', 'ada@example.org', '--course', 'course-v1:DemoU+ART+2026', '--reason', 'won a prize']

describe('seatkeeper seat grant', () => {
  it('gives a seat to somebody who bought nothing', async () => {
    await desk.sell({ learner: emailOf('grace@example.org') })
    const text = await desk.seatkeeper('seat', 'grant', '--lms', 'campus', ...ada, '--by', 'alice')
    const [id] = await desk.ledger.seatsOfAddress(emailOf('ada@example.org'), 9)
    expect(text).toBe(`seat-${id}: granted by alice; it is being settled`)
    expect(await desk.seatkeeper('seat', 'show', String(id))).toMatch(/granted by alice at .*: won a prize/)
  })

  it('refuses an LMS that no worker serves, and makes nothing', async () => {
    const grant = desk.seatkeeper('seat', 'grant', '--lms', 'campus', ...ada)
    await expect(grant).rejects.toThrow('No LMS campus is known here; no worker of an LMS has started yet.')
    await desk.sell()
    const other = desk.seatkeeper('seat', 'grant', '--lms', 'campsu', ...ada)
    await expect(other).rejects.toThrow('No LMS campsu is known here; there are campus.')
    expect(await desk.ledger.operatorActions({ sinceMs: 0, limit: 9 })).toEqual([])
  })

  it.each([
    [['--lms', 'Campus', ...ada], '--lms cannot be that: '],
    [['--lms', 'campus', ...ada.slice(2)], '; --email is missing.'],
    [['seat-x', '--reason', 'x'], 'There is no seat seat-x; '],
  ])('says in one sentence what is wrong with %j', async (options, sentence) => {
    await desk.sell()
    await expect(desk.seatkeeper('seat', 'grant', ...options)).rejects.toThrow(sentence)
  })
})

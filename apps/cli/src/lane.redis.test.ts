import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { OrderId } from '@seatkeeper/core'
import { openDesk, type Desk } from './desk.fixture.ts'

let desk: Desk

beforeAll(async () => {
  desk = await openDesk()
})
afterAll(() => desk.close())
beforeEach(async () => {
  await desk.empty()
  await desk.sell()
})

const lane = (...args: readonly string[]) => desk.seatkeeper('lane', ...args)

describe('seatkeeper lane', () => {
  it('pauses a lane, shows who and why, and lets it go on', async () => {
    const why = ['--reason', 'exam week', '--by', 'olga']
    expect(await lane('pause', 'enroll.campus', ...why)).toBe('enroll.campus is paused')
    expect(await lane('pause', 'enroll.campus', '--reason', 'again')).toBe('enroll.campus was already paused')
    expect(await lane('list')).toMatch(/enroll\.campus +paused +open +0 +0 +0 +olga at [-\d]+ [:\d]+: exam week/)
    expect(await lane('resume', 'enroll.campus', ...why)).toBe('enroll.campus is running')
    expect(await lane('list')).toMatch(/enroll\.campus +runs +open/)
    const log: unknown = JSON.parse(await desk.seatkeeper('operator-log', 'list', '--json'))
    expect(log).toMatchObject([
      { by: 'olga', action: 'resume', on: 'enroll.campus', detail: 'exam week' },
      { by: 'olga', action: 'pause', on: 'enroll.campus', detail: 'exam week' },
    ])
  })

  it('lists for programs, and says why a gate is shut', async () => {
    await desk.ledger.gates.shut('lms.campus', 'closed', 'LMS_UNREACHABLE', 60_000)
    expect(await lane('list')).toContain('enroll.campus: LMS_UNREACHABLE. The LMS does not answer')
    const lanes: unknown = JSON.parse(await lane('list', '--json'))
    expect(lanes).toMatchObject([
      { lane: 'enroll.campus', paused: null, gate: { state: 'closed' }, jobs: { active: 0 } },
    ])
  })

  it.each(['enroll', 'enrol.campus', 'toString.campus'])('knows no lane %s', async (name) => {
    await expect(lane('pause', name, '--reason', 'a test')).rejects.toThrow(`There is no lane ${name}; `)
  })
})

describe('seatkeeper operator-log list', () => {
  it('tells what was done by hand, the latest first', async () => {
    const seat = await desk.sell({ order: OrderId.parse('2') })
    await desk.fail(seat, 'LMS_COURSE_UNKNOWN')
    await desk.seatkeeper('dead-letter', 'discard', seat, '--reason', 'refunded', '--by', 'olga')
    await desk.seatkeeper('dead-letter', 'replay', seat, '--by', 'alan')
    await desk.seatkeeper('dead-letter', 'replay', '--all', '--dry-run')
    await desk.seatkeeper('seat', 'deny', seat, '--reason', 'broke the rules', '--by', 'grace')
    const rows = (await desk.seatkeeper('operator-log', 'list')).split('\n').slice(1)
    expect(
      rows.map((row) =>
        row
          .split(/ {2,}/)
          .slice(1, 5)
          .map((cell) => cell.trim()),
      ),
    ).toEqual([
      ['grace', 'deny', seat, 'broke the rules'],
      ['alan', 'replay', seat, 'items: 1'],
      ['olga', 'discard', seat, 'refunded'],
    ])
    expect(await desk.seatkeeper('operator-log', 'list', '--since', '2100-01-01')).toBe('Nobody did anything by hand.')
  })
})

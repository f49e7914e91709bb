import { beforeEach, describe, expect, it } from '@jest/globals'
import {
  type AppliedSeat,
  type Drift,
  CourseKey,
  CourseMode,
  LmsId,
  SeatId,
  Username,
  type Enrolment,
  type Lms,
  type WakeUp,
} from '@seatkeeper/core'
import { courseSku, emailOf } from '@seatkeeper/core/fixture'
import { audit, type AuditLedger, type AuditParts } from './audit.ts'
import { createMemoryLms, type MemoryLms } from './lms.fixture.ts'

const campus = LmsId.parse('campus')
const verified: Enrolment = { isActive: true, mode: CourseMode.parse('verified') }
const ended: Enrolment = { ...verified, isActive: false }
const { signal } = new AbortController()

let lms: MemoryLms
let seats: AppliedSeat[]
let noted: Drift[]
let woken: WakeUp[]

beforeEach(() => {
  lms = createMemoryLms()
  seats = []
  noted = []
  woken = []
})

/** The seat of a learner who has an account; the row is as applied unless said otherwise. */
function addSeat(
  name: string,
  seat: Partial<AppliedSeat> = {},
  row: Enrolment = seat.applied ?? verified,
): AppliedSeat {
  const email = emailOf(`${name}@example.org`)
  const added = {
    id: SeatId.parse(`s${String(seats.length).padStart(19, '0')}`),
    username: lms.register(email).username,
    course: CourseKey.parse(courseSku),
    applied: verified,
    isDenied: false,
    status: 'settled' as const,
    generation: 1,
    ...seat,
  }
  lms.setRow(email, row)
  seats.push(added)
  return added
}

const isSettled = (id: SeatId, generation?: number) =>
  seats.some(
    (seat) => seat.id === id && seat.status === 'settled' && (generation ?? seat.generation) === seat.generation,
  )

/** Pages of the seats above, by number; only seats that are settled still, at the same generation, are noted and bumped. */
function aLedger(): AuditLedger {
  const cursors = new Map<string, string>()
  return {
    readCursor: async (chore) => cursors.get(chore) ?? null,
    writeCursor: async (chore, cursor) => void cursors.set(chore, cursor),
    appliedSeats: async (_lms, cursor, limit) => {
      const end = Number(cursor ?? 0) + limit
      return { seats: seats.slice(Number(cursor ?? 0), end), next: end < seats.length ? String(end) : null }
    },
    noteDrift: async (drifts) => {
      const kept = drifts.filter(({ seat, generation }) => isSettled(seat, generation))
      noted.push(...kept)
      return kept.map(({ seat }) => seat)
    },
    bumpSeats: async (ids) =>
      ids
        .filter((id) => isSettled(id))
        .map((seat) => ({
          item: { kind: 'seat' as const, lms: campus, seat },
          lane: 'enroll.campus',
          generation: 2,
          delayMs: 0,
        })),
  }
}

const wake = async (wakeUps: readonly WakeUp[]) => void woken.push(...wakeUps)

function turn(parts: Partial<AuditParts> = {}) {
  return audit({ ledger: aLedger(), lms, wake, policy: { drift: 'repair' }, ...parts })(campus, { signal })
}

const unenrolled = { seat: expect.any(String), applied: verified, found: ended }

describe('audit', () => {
  it('finds nothing where all is as applied', async () => {
    addSeat('ada')
    addSeat('grace', { applied: ended })
    expect(await turn()).toEqual({ checked: 2, drifted: 0, repaired: 0, isRoundOver: true })
    expect(noted).toEqual([])
  })

  it('has a seat settled again whose learner was unenrolled by hand', async () => {
    addSeat('ada')
    const { id } = addSeat('grace', {}, ended)
    expect(await turn()).toEqual({ checked: 2, drifted: 1, repaired: 1, isRoundOver: true })
    expect(noted).toMatchObject([{ ...unenrolled, seat: id }])
    expect(woken).toMatchObject([{ item: { seat: id } }])
    expect(lms.writes).toEqual([])
  })

  it('only notes it where the policy is to report', async () => {
    addSeat('ada', {}, ended)
    expect(await turn({ policy: { drift: 'report' } })).toMatchObject({ drifted: 1, repaired: 0 })
    expect(noted).toMatchObject([unenrolled])
    expect(woken).toEqual([])
  })

  it('leaves revoked by hand what an operator denied', async () => {
    addSeat('ada', { applied: ended, isDenied: true })
    expect(await turn()).toMatchObject({ checked: 1, drifted: 0 })
  })

  it.each(['due', 'waiting', 'dead'] as const)('does not look at a seat that is %s', async (status) => {
    addSeat('ada', { status }, ended)
    expect(await turn()).toMatchObject({ checked: 0, drifted: 0 })
  })

  it('does not take a change of ours during the audit for drift', async () => {
    const seat = addSeat('ada')
    const overtaken: Pick<Lms, 'readEnrolments'> = {
      readEnrolments: async (...asked) => {
        seats = [{ ...seat, applied: ended, generation: 2 }]
        lms.setRow(emailOf('ada@example.org'), ended)
        return lms.readEnrolments(...asked)
      },
    }
    expect(await turn({ lms: overtaken })).toEqual({ checked: 1, drifted: 0, repaired: 0, isRoundOver: true })
    expect(woken).toEqual([])
  })

  it('tells the course runs of one learner apart', async () => {
    const { username } = addSeat('ada')
    const course = CourseKey.parse('course-v1:DemoU+CS102+2026')
    const { id } = addSeat('grace', { username, course })
    expect(await turn()).toMatchObject({ checked: 2, drifted: 1 })
    expect(noted).toMatchObject([{ seat: id, found: { isActive: false, mode: null } }])
  })
})

describe('audit of many seats', () => {
  const asked: (readonly Username[])[] = []
  const counting: Pick<Lms, 'readEnrolments'> = {
    readEnrolments: (usernames, ...rest) => {
      asked.push(usernames)
      return lms.readEnrolments(usernames, ...rest)
    },
  }
  beforeEach(() => void asked.splice(0))

  it('asks about a hundred learners at a time, each once', async () => {
    for (let count = 0; count < 250; count += 1) addSeat(`learner${count}`)
    addSeat('again', { username: Username.parse('learner249') })
    expect(await turn({ lms: counting })).toMatchObject({ checked: 251, isRoundOver: true })
    expect(asked.map(({ length }) => length)).toEqual([100, 100, 50])
  })

  it('goes on in the next turn where its deadline would not last', async () => {
    for (let count = 0; count < 550; count += 1) addSeat(`learner${count}`)
    const ledger = aLedger()
    expect(await turn({ ledger })).toMatchObject({ checked: 500, isRoundOver: false })
    expect(await turn({ ledger })).toMatchObject({ checked: 50, isRoundOver: true })
    expect(await turn({ ledger })).toMatchObject({ checked: 500 })
  })

  it('goes on at the page where the LMS failed', async () => {
    for (let count = 0; count < 150; count += 1) addSeat(`learner${count}`)
    const ledger = aLedger()
    const failing: Pick<Lms, 'readEnrolments'> = {
      readEnrolments: (usernames, ...rest) =>
        usernames.length < 100 ? Promise.reject(new Error('away')) : lms.readEnrolments(usernames, ...rest),
    }
    await expect(turn({ ledger, lms: failing })).rejects.toThrow('away')
    expect(await turn({ ledger })).toMatchObject({ checked: 50, isRoundOver: true })
  })
})

import { beforeEach, describe, expect, it } from '@jest/globals'
import { CourseMode, type Enrolment, type FailureCode, type Outcome } from '@seatkeeper/core'
import { emailOf } from '@seatkeeper/core/fixture'
import type { SeatPolicy } from './index.ts'
import { useSeatScene } from './seat-scene.fixture.ts'

const ada = emailOf('ada@example.org')
const verified: Enrolment = { isActive: true, mode: CourseMode.parse('verified') }
const audit: Enrolment = { isActive: true, mode: CourseMode.parse('audit') }
const downgrade = { lastClaimGone: { downgradeTo: CourseMode.parse('audit') } }
const minute = 60_000
const day = 24 * 60 * minute

const scene = useSeatScene()

beforeEach(() => void scene.lms.register(ada))

/** What becomes of the seat; one that meets an older seat of the account makes way for it. */
async function settle(policy: Partial<SeatPolicy> = {}): Promise<Outcome> {
  const { id } = await scene.theSeat()
  const outcome = await scene.settleById(id, policy)
  return (await scene.theSeat()).id === id ? outcome : settle(policy)
}

describe('carryOut where a course run takes nobody', () => {
  it('waits until it opens, a minute longer in case the LMS’s clock is behind', async () => {
    const opensAtMs = (await scene.ledger.nowMs()) + day / 2
    scene.lms.close(opensAtMs)
    await scene.paid()
    const untilMs = opensAtMs + minute
    expect(await settle({ closedCourse: 'force' })).toEqual({
      status: 'waiting',
      reason: 'enrolment-opens-later',
      untilMs,
    })
    expect(scene.lms.writes).toEqual([])
    expect(await scene.ledger.conservation()).toMatchObject({ waiting: 1, due: 0 })
  })

  it('asks again within a day, because an opening may be moved', async () => {
    const nowMs = await scene.ledger.nowMs()
    scene.lms.close(nowMs + 90 * day)
    await scene.paid()
    const outcome = await settle()
    expect(outcome).toMatchObject({ status: 'waiting', untilMs: expect.closeTo(nowMs + day, -4) })
  })

  it.each([
    ['opened long ago', 1],
    ['names no opening', null],
  ])('leaves a course run that %s to a person', async (_what, opensAtMs) => {
    scene.lms.close(opensAtMs)
    await scene.paid()
    await expect(settle()).rejects.toMatchObject({ code: 'LMS_ENROLMENT_REFUSED' })
  })

  it('enrols all the same where the policy says so', async () => {
    scene.lms.close(null)
    await scene.paid()
    expect(await settle({ closedCourse: 'force' })).toEqual({ status: 'applied' })
    expect(scene.lms.writes).toMatchObject([{ isForced: true, mode: 'verified' }])
    expect(await scene.theSeat()).toMatchObject({ applied: verified })
  })

  it('forces nothing that is not refused', async () => {
    await scene.paid()
    await settle({ closedCourse: 'force' })
    expect(scene.lms.writes.map(({ isForced }) => isForced)).toEqual([undefined])
  })

  it('forces once, and then leaves it to a person', async () => {
    scene.lms.fill()
    await scene.paid()
    await expect(settle({ closedCourse: 'force' })).rejects.toMatchObject({ code: 'LMS_ENROLMENT_REFUSED' })
    expect(scene.lms.refused).toMatchObject([{ mode: 'verified' }, { mode: 'verified', isForced: true }])
  })

  it.each<[FailureCode, FailureCode]>([
    ['LMS_THROTTLED', 'LMS_THROTTLED'],
    ['LMS_UNREACHABLE', 'LMS_UNREACHABLE'],
    ['LMS_ANSWER_MISMATCH', 'LMS_ENROLMENT_REFUSED'],
    ['LMS_ENDPOINT_MISSING', 'LMS_ENROLMENT_REFUSED'],
  ])('where asking for the opening fails with %s, fails with %s', async (asking, code) => {
    scene.lms.close(null)
    scene.lms.failOpenings(asking)
    await scene.paid()
    await expect(settle()).rejects.toMatchObject({ code })
  })
})

describe('carryOut of a downgrade', () => {
  it('leaves a refunded learner the lesser mode, once, and gives the paid one back when it is paid again', async () => {
    await scene.paid()
    await settle(downgrade)
    await scene.refunded()
    expect(await settle(downgrade)).toEqual({ status: 'applied' })
    expect(scene.lms.row(ada)).toEqual(audit)
    expect(await scene.theSeat()).toMatchObject({ applied: audit })
    await scene.paid()
    await settle(downgrade)
    expect(scene.lms.row(ada)).toEqual(verified)
  })

  it('ends an enrolment in a course run that has no such mode', async () => {
    scene.lms.dropMode(CourseMode.parse('audit'))
    await scene.paid()
    await settle(downgrade)
    await scene.refunded()
    expect(await settle(downgrade)).toEqual({ status: 'applied' })
    expect(scene.lms.row(ada)).toEqual({ isActive: false, mode: 'verified' })
    expect(await scene.theSeat()).toMatchObject({ applied: { isActive: false, mode: 'verified' } })
  })

  it('does not end a mode that the learner had before, and that the course run does not offer any more', async () => {
    scene.lms.setRow(ada, audit)
    await scene.paid()
    await settle(downgrade)
    scene.lms.dropMode(CourseMode.parse('audit'))
    await scene.refunded()
    await expect(settle(downgrade)).rejects.toMatchObject({ code: 'LMS_MODE_UNAVAILABLE' })
    expect(scene.lms.row(ada)).toEqual(verified)
  })
})

describe('settleSeat for an account that is known', () => {
  beforeEach(async () => {
    await scene.paid()
    await settle()
    await scene.refunded()
    await settle()
  })

  it('finds it by its new name', async () => {
    scene.lms.rename(ada, 'countess')
    await scene.paid()
    expect(await settle()).toEqual({ status: 'applied' })
    expect(scene.lms.row(ada)).toEqual(verified)
    expect(await scene.theSeat()).toMatchObject({ account: { id: 1, username: 'countess' }, applied: verified })
  })

  it('leaves it to a person where the address leads to no other', async () => {
    await scene.paid()
    scene.lms.failNextWrite('LEARNER_NOT_REGISTERED', 'before')
    await expect(settle()).rejects.toMatchObject({ code: 'LEARNER_NOT_REGISTERED' })
  })
})

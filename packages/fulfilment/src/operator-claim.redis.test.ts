import { describe, expect, it } from '@jest/globals'
import { CourseKey, CourseMode, LmsId, SeatId, type Enrolment } from '@seatkeeper/core'
import { courseSku, emailOf } from '@seatkeeper/core/fixture'
import { useSeatScene } from './seat-scene.fixture.ts'

const ada = emailOf('ada@example.org')
const verified: Enrolment = { isActive: true, mode: CourseMode.parse('verified') }

const scene = useSeatScene()

describe('settleSeat after an operator’s decision', () => {
  const item = { lms: LmsId.parse('campus'), course: CourseKey.parse(courseSku), mode: CourseMode.parse('verified') }
  const decision = { item, seat: null, learner: ada, by: 'ops', reason: 'a test' }

  it('ends what is denied, whoever paid, and gives it back when the denial is taken back', async () => {
    scene.lms.register(ada)
    await scene.paid()
    await scene.settle()
    const { id } = await scene.theSeat()
    await scene.ledger.setOperatorClaim({ ...decision, seat: id, access: 'denied' })
    await scene.settle()
    expect(scene.lms.row(ada)).toMatchObject({ isActive: false })
    expect(await scene.theSeat()).toMatchObject({ decision: { access: 'denied', by: 'ops', reason: 'a test' } })
    await scene.ledger.setOperatorClaim({ ...decision, seat: id, access: 'withdrawn' })
    await scene.settle()
    expect(scene.lms.row(ada)).toEqual(verified)
  })

  it('enrols whom an operator grants a seat that nobody bought', async () => {
    scene.lms.register(ada)
    const { seat } = await scene.ledger.setOperatorClaim({ ...decision, access: 'granted' })
    await scene.settleById(SeatId.parse(seat))
    expect(scene.lms.row(ada)).toEqual(verified)
  })

  it('knows no seat that is not there', async () => {
    const claim = {
      ...decision,
      seat: SeatId.parse('s0000000000000000000'),
      access: 'denied' as const,
    }
    expect(await scene.ledger.setOperatorClaim(claim)).toEqual({ seat: 'unknown', wakeUps: [] })
  })
})

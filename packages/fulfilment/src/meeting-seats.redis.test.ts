import { describe, expect, it } from '@jest/globals'
import { CourseMode, OrderId, type Enrolment } from '@seatkeeper/core'
import { emailOf } from '@seatkeeper/core/fixture'
import { useSeatScene } from './seat-scene.fixture.ts'

const ada = emailOf('ada@example.org')
const verified: Enrolment = { isActive: true, mode: CourseMode.parse('verified') }

const scene = useSeatScene()

describe('settleSeat for two seats of one account', () => {
  it('lets them meet in the first, which keeps all claims and its baseline', async () => {
    scene.lms.register(ada)
    scene.lms.alias(emailOf('countess@example.org'), ada)
    await scene.paid()
    const first = await scene.theSeat()
    await scene.settle()
    const second = OrderId.parse('1002')
    await scene.offer({ order: second, learner: emailOf('countess@example.org') })
    expect(await scene.settle({ order: second })).toEqual({ status: 'superseded' })
    expect(scene.woken).toMatchObject([{ item: { seat: first.id }, lane: 'enroll.campus' }])
    await scene.refunded()
    await scene.settle()
    expect(scene.lms.row(ada)).toEqual(verified)
    expect(await scene.theSeat({ order: second })).toMatchObject({
      id: first.id,
      orders: [{ order: '1001' }, { order: '1002' }],
    })
    expect((await scene.ledger.conservation()).due).toBe(0)
  })

  it('asks again whose address it is when it buys again', async () => {
    scene.lms.register(ada)
    await scene.paid()
    await scene.settle()
    scene.lms.moveAddress(ada, 'grace')
    const second = OrderId.parse('1002')
    await scene.offer({ order: second })
    await scene.settle({ order: second })
    expect(await scene.theSeat({ order: second })).toMatchObject({ account: { username: 'grace' } })
    await scene.refunded()
    await scene.settle()
    expect(scene.lms.rowOf('ada')).toMatchObject({ isActive: false })
    expect(scene.lms.rowOf('grace')).toEqual(verified)
  })
})

import { describe, expect, it } from '@jest/globals'
import { CourseMode, JobFailure, type Enrolment } from '@seatkeeper/core'
import { emailOf } from '@seatkeeper/core/fixture'
import { patience, useSeatScene } from './seat-scene.fixture.ts'

const ada = emailOf('ada@example.org')
const verified: Enrolment = { isActive: true, mode: CourseMode.parse('verified') }
const audit: Enrolment = { isActive: true, mode: CourseMode.parse('audit') }

const scene = useSeatScene()

describe('settleSeat for a learner without an account', () => {
  it('invites once and waits without a job', async () => {
    await scene.paid()
    expect(await scene.settle()).toMatchObject({ status: 'waiting', reason: 'no-account' })
    expect(await scene.settle()).toMatchObject({ status: 'waiting' })
    expect([...scene.lms.invited]).toEqual([ada])
    expect(await scene.ledger.conservation()).toMatchObject({ waiting: 1, due: 0 })
  })

  it('gives the paid mode once the account is there, and counts the row that the invitation made as ours', async () => {
    await scene.paid()
    await scene.settle()
    scene.lms.register(ada)
    scene.lms.setRow(ada, audit)
    expect(await scene.settle()).toEqual({ status: 'applied' })
    expect(scene.lms.row(ada)).toEqual(verified)
    await scene.refunded()
    await scene.settle()
    expect(scene.lms.row(ada)).toEqual({ isActive: false, mode: 'verified' })
  })

  it('takes the invitation back after a refund and ends what it made meanwhile', async () => {
    await scene.paid()
    await scene.settle()
    await scene.refunded()
    expect(await scene.settle()).toEqual({ status: 'applied' })
    expect(scene.lms.invited.size).toBe(0)
    expect(scene.lms.writes).toEqual([])
  })

  it('invites again where a worker died between noting the invitation and making it', async () => {
    await scene.paid()
    await scene.ledger.recordInvitation((await scene.theSeat()).id, true)
    await scene.settle()
    expect([...scene.lms.invited]).toEqual([ada])
  })

  it('takes an invitation back once more where making it may still come through', async () => {
    await scene.paid()
    const answering = { ...scene.lms }
    scene.lms.invite = () => Promise.reject(new JobFailure('LMS_OUTCOME_UNKNOWN', 'asked for by the test'))
    await expect(scene.settle()).rejects.toMatchObject({ code: 'LMS_OUTCOME_UNKNOWN' })
    Object.assign(scene.lms, answering)
    await scene.refunded()
    expect(await scene.settle()).toEqual({ status: 'applied' })
    expect(await scene.theSeat()).toMatchObject({ invited: true })
    await scene.at.redis.hdel(`${scene.at.prefix}item:seat-${(await scene.theSeat()).id}`, 'recheck')
    scene.lms.invited.add(ada)
    expect(await scene.settle()).toEqual({ status: 'applied' })
    expect(scene.lms.invited.size).toBe(0)
    expect(await scene.theSeat()).toMatchObject({ invited: false })
  })

  it('gives up after its patience', async () => {
    await scene.paid()
    await scene.settle()
    const { id } = await scene.theSeat()
    await scene.at.redis.hset(
      `${scene.at.prefix}seat:${id}`,
      'waitingSince',
      (await scene.ledger.nowMs()) - patience.patienceMs,
    )
    await expect(scene.settle()).rejects.toMatchObject({ code: 'LEARNER_NOT_REGISTERED' })
  })
})

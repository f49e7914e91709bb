import { describe, expect, it } from '@jest/globals'
import { startSite, verified } from './site.fixture.ts'
import { createThrottle } from './throttle.ts'

const row = `/api/enrollment/v1/enrollment/alice,${verified}`
const list = '/api/enrollment/v1/enrollments'
const courses = '/api/courses/v1/courses/'

describe('createThrottle', () => {
  it('opens one slot at a time after a burst, and does not count what it refused', () => {
    let now = 0
    const throttle = createThrottle(() => now)
    const call = () => throttle.slidingMinute('key', 2)
    expect(call()).toEqual({ admitted: true })
    now = 10_000
    expect(call()).toEqual({ admitted: true })
    now = 20_500
    expect(call()).toEqual({ admitted: false, waitSeconds: 40 })
    now = 60_000
    expect(call()).toEqual({ admitted: true })
    expect(call()).toEqual({ admitted: false, waitSeconds: 10 })
  })

  it('cannot name a wait to a scope far beyond its limit', () => {
    const throttle = createThrottle(() => 0)
    for (let call = 0; call < 3; call += 1) throttle.slidingMinute('key', 3)
    expect(throttle.slidingMinute('key', 2)).toEqual({ admitted: false, waitSeconds: undefined })
  })

  it('counts fixed minutes with their refusals', () => {
    let now = 59_000
    const throttle = createThrottle(() => now)
    expect(throttle.fixedMinute('key', 1).admitted).toBe(true)
    expect(throttle.fixedMinute('key', 1).admitted).toBe(false)
    now = 60_000
    expect(throttle.fixedMinute('key', 1).admitted).toBe(true)
  })
})

describe('the enrolment endpoints', () => {
  it('share one bucket per service user and name the wait', async () => {
    const { clock, ask, enrol } = await startSite({ staffCallsPerMinute: 3 })
    expect(await ask('GET', row)).toMatchObject({ status: 200 })
    expect(await enrol({ course: 'nonsense' })).toMatchObject({ status: 400 })
    expect(await ask('GET', list)).toMatchObject({ status: 200 })
    clock.nowMs += 22_000
    const { status, headers, body } = await ask('GET', '/api/enrollment/v1/enrollment_allowed/')
    expect([status, headers.get('retry-after')]).toEqual([429, '38'])
    expect(body).toEqual({ detail: 'Request was throttled. Expected available in 38 seconds.' })
    clock.nowMs += 38_000
    expect(await ask('GET', row)).toMatchObject({ status: 200 })
  })

  it('do not count 401 and 403', async () => {
    const { lms, ask } = await startSite({ staffCallsPerMinute: 1, userCallsPerMinute: 1 })
    lms.setStaff('service', false)
    expect(await ask('GET', list)).toMatchObject({ status: 403 })
    expect(await ask('GET', row, undefined, { authorization: 'JWT x' })).toMatchObject({ status: 401 })
    lms.setStaff('service', true)
    expect(await ask('GET', list)).toMatchObject({ status: 200 })
  })

  it('let others than staff make fewer calls', async () => {
    const { lms, ask } = await startSite({ userCallsPerMinute: 1 })
    lms.setStaff('service', false)
    expect(await ask('GET', row)).toMatchObject({ status: 404 })
    expect(await ask('GET', row)).toMatchObject({ status: 429 })
  })

  it('name no wait under developer_message, except in the newest builds', async () => {
    const { lms, ask } = await startSite({ staffCallsPerMinute: 1 })
    await ask('GET', list)
    const silent = await ask('GET', list)
    expect(silent).toMatchObject({ status: 429, body: { developer_message: expect.stringContaining('60 seconds') } })
    expect(silent.headers.get('retry-after')).toBeNull()
    lms.settings.retryAfterOnDeveloperError = true
    expect((await ask('GET', list)).headers.get('retry-after')).toBe('60')
  })

  it('use up the course list’s lower limit', async () => {
    const { ask } = await startSite({ userCallsPerMinute: 2 })
    await ask('GET', row)
    expect(await ask('GET', courses)).toMatchObject({ status: 200 })
    expect(await ask('GET', courses)).toMatchObject({ status: 429 })
    expect(await ask('GET', row)).toMatchObject({ status: 200 })
  })

  it('admit exactly 120 of 150 concurrent calls of one service user', async () => {
    const { ask } = await startSite()
    await ask('GET', '/api/user/v1/accounts?username=alice')
    const heard = await Promise.all(Array.from({ length: 150 }, () => ask('GET', row)))
    expect(heard.filter(({ status }) => status === 200)).toHaveLength(120)
    expect(heard.filter(({ status }) => status === 429)).toHaveLength(30)
  })
})

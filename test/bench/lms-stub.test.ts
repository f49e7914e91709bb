import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { CourseKey, CourseMode, EmailAddress, Username } from '@seatkeeper/core'
import { unlimitedCalls } from '@seatkeeper/core/fixture'
import { createOpenedx, LmsConfig, memoryTokenCache } from '@seatkeeper/openedx'
import { startLmsStub, type LmsStub } from './lms-stub.ts'

let stub: LmsStub
beforeAll(async () => {
  stub = await startLmsStub()
})
afterAll(() => stub.close())

describe('startLmsStub', () => {
  it('answers what our adapter asks for a new seat, and remembers when', async () => {
    const config = LmsConfig.parse({ id: 'campus', url: stub.url, clientId: 'bench', clientSecret: 'bench' })
    const lms = createOpenedx(config, { tokens: () => memoryTokenCache(), budget: unlimitedCalls })
    const { signal } = new AbortController()
    const [email, username] = [EmailAddress.parse('ada@example.org'), Username.parse('ada-at-example.org')]
    const course = CourseKey.parse('course-v1:DemoU+CS101+2026')
    expect(await lms.findAccount(email, signal)).toEqual({ id: 1, username })
    expect(await lms.readEnrolment(username, course, signal)).toEqual({ isActive: false, mode: null })
    expect(await lms.readEnrolments([username], signal)).toEqual([])
    expect(stub.enrolled().count).toBe(0)
    await lms.writeEnrolment({ username, course, isActive: true, mode: CourseMode.parse('verified') }, signal)
    expect(stub.enrolled().count).toBe(1)
    expect(stub.firstCalls.get(email)).toBeLessThan(stub.enrolled().lastAtMs)
  })
})

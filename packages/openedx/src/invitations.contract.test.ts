import { describe, expect, it } from '@jest/globals'
import { Username } from '@seatkeeper/core'
import { closedCourse, course, email, newcomer, signal, useLmsSite } from './lms-site.fixture.ts'

const at = useLmsSite()
const { write, rowOf } = at

describe('the adapter, accounts', () => {
  it('finds an account by an address with a plus sign, in the LMS’s own spelling', async () => {
    expect(await at.lms.findAccount(email, signal)).toEqual({ id: 2, username: 'Alice' })
  })

  it('finds nobody who never registered, or was retired', async () => {
    expect(await at.lms.findAccount(newcomer, signal)).toBeUndefined()
    at.site.retire('Alice')
    expect(await at.lms.findAccount(email, signal)).toBeUndefined()
  })
})

describe('the adapter, invitations', () => {
  it('carries a buyer from invitation over registration to the mode that was sold', async () => {
    await at.lms.invite({ email: newcomer, course }, signal)
    await at.lms.invite({ email: newcomer, course }, signal)
    expect(at.site.allowed()).toEqual([{ email: newcomer, course, autoEnroll: true, username: null }])
    at.site.addUser({ username: 'newcomer', email: newcomer })
    expect(rowOf('newcomer')).toEqual({ isActive: true, mode: 'audit' })
    const account = await at.lms.findAccount(newcomer, signal)
    expect(account).toMatchObject({ username: 'newcomer' })
    await write({ username: Username.parse('newcomer') })
    expect(rowOf('newcomer')).toEqual({ isActive: true, mode: 'verified' })
    await at.lms.withdrawInvitation({ email: newcomer, course }, signal)
    await at.lms.withdrawInvitation({ email: newcomer, course }, signal)
    expect(at.site.allowed()).toEqual([])
    expect(rowOf('newcomer')).toEqual({ isActive: true, mode: 'verified' })
  })

  it('opens a closed course run for whom it invites', async () => {
    await at.lms.invite({ email, course: closedCourse }, signal)
    await write({ course: closedCourse })
    expect(rowOf('Alice', closedCourse)).toEqual({ isActive: true, mode: 'verified' })
  })

  it('says that an old release knows no invitations', async () => {
    at.site.settings.profile = 'pre2023'
    await expect(at.lms.invite({ email: newcomer, course }, signal)).rejects.toMatchObject({
      code: 'LMS_ENDPOINT_MISSING',
    })
  })
})

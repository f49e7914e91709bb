import { describe, expect, it } from '@jest/globals'
import { startSite } from './site.fixture.ts'

const accounts = '/api/user/v1/accounts'

describe('GET accounts', () => {
  it('finds one account by its address, whatever its case on MySQL', async () => {
    const { lms, ask } = await startSite()
    const found = { status: 200, body: [{ username: 'Alice', email: 'alice@example.org', id: 2, is_active: true }] }
    expect(await ask('GET', `${accounts}?email=ALICE%40example.org`)).toMatchObject(found)
    lms.settings.caseInsensitiveLookups = false
    expect(await ask('GET', `${accounts}?email=ALICE%40example.org`)).toMatchObject({ status: 404, body: '' })
  })

  it('reads a bare plus in an address as a space', async () => {
    const { lms, ask } = await startSite()
    lms.addUser({ username: 'bob', email: 'bob+shop@example.org' })
    expect(await ask('GET', `${accounts}?email=bob+shop@example.org`)).toMatchObject({ status: 404, body: '' })
    expect(await ask('GET', `${accounts}?email=bob%2Bshop@example.org`)).toMatchObject({ status: 200 })
  })

  it('says so when an address was retired, and forgets the username', async () => {
    const { lms, ask } = await startSite()
    lms.retire('alice')
    expect(await ask('GET', `${accounts}?email=alice@example.org`)).toMatchObject({
      status: 404,
      body: { error_msg: expect.any(String), can_cancel_retirement: false, retirement_id: null },
    })
    expect(await ask('GET', `${accounts}/alice`)).toMatchObject({ status: 404, body: '' })
  })

  it('finds those of some usernames that exist', async () => {
    const { ask } = await startSite()
    expect(await ask('GET', `${accounts}?username=alice,bob`)).toMatchObject({ status: 200, body: [{ id: 2 }] })
    expect(await ask('GET', `${accounts}?username=bob`)).toMatchObject({ status: 404, body: '' })
    expect(await ask('GET', `${accounts}/alice`)).toMatchObject({ status: 200, body: { id: 2 } })
  })

  it('hides others from those who are not staff', async () => {
    const { lms, ask } = await startSite()
    lms.setStaff('service', false)
    expect(await ask('GET', `${accounts}?email=alice@example.org`)).toMatchObject({ status: 403 })
    expect((await ask('GET', `${accounts}?username=alice`)).body).toEqual([
      { username: 'Alice', profile_image: { has_image: false } },
    ])
    expect(await ask('GET', `${accounts}/service`)).toMatchObject({ body: { email: 'service@example.org' } })
  })

  it('is never throttled', async () => {
    const { ask } = await startSite({ staffCallsPerMinute: 1 })
    await ask('GET', `${accounts}?username=alice`)
    expect(await ask('GET', `${accounts}?username=alice`)).toMatchObject({ status: 200 })
  })
})

describe('POST accounts/search_emails', () => {
  it('answers for the addresses it knows', async () => {
    const { ask } = await startSite()
    const { status, body } = await ask('POST', `${accounts}/search_emails`, {
      emails: ['alice@example.org', 'b@example.org'],
    })
    expect([status, body]).toEqual([200, [{ username: 'Alice', email: 'alice@example.org', id: 2 }]])
    expect(await ask('POST', `${accounts}/search_emails`, {})).toMatchObject({ status: 400 })
  })

  it('does not exist for others than staff', async () => {
    const { lms, ask } = await startSite()
    lms.setStaff('service', false)
    expect(await ask('POST', `${accounts}/search_emails`, { emails: [] })).toMatchObject({
      status: 404,
      body: { developer_message: 'not_found', user_message: 'Not Found' },
    })
  })
})

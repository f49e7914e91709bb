import { describe, expect, it } from '@jest/globals'
import { alice, course, email, signal, useLmsSite } from './lms-site.fixture.ts'
import { configFor } from './scripted-lms.fixture.ts'

const at = useLmsSite()
const { read, write, rowOf } = at

describe('the adapter, access', () => {
  it('is well with a staff user, and calls what the LMS does not count', async () => {
    at.site.settings.staffCallsPerMinute = 0
    await expect(at.lms.probe(signal)).resolves.toBeUndefined()
  })

  it('notices in every call that staff status is gone, and that it is back', async () => {
    await at.lms.probe(signal)
    at.site.setStaff('service', false)
    const calls = [
      () => at.lms.probe(signal),
      () => at.lms.findAccount(email, signal),
      () => read(),
      () => at.lms.readEnrolments([alice], signal),
      () => write(),
      () => at.lms.invite({ email, course }, signal),
      () => at.lms.withdrawInvitation({ email, course }, signal),
    ]
    for (const call of calls) await expect(call()).rejects.toMatchObject({ code: 'LMS_FORBIDDEN' })
    at.site.setStaff('service', true)
    await write()
    expect(rowOf()).toEqual({ isActive: true, mode: 'verified' })
  })

  const { clientId, clientSecret } = configFor('')
  it.each([
    ['the secret was rotated', { clientSecret: 'another' }],
    ['the application has another grant type', { grant: 'authorization-code' }],
    ['the application is restricted', { restricted: true }],
  ])('says that the client is refused when %s', async (_what, changes) => {
    at.site.addOAuthApp({ clientId, clientSecret, username: 'service', ...changes })
    await expect(at.lms.probe(signal)).rejects.toMatchObject({ code: 'LMS_TOKEN_REFUSED' })
  })

  it('gets a new token without anybody noticing when the LMS forgets the old one', async () => {
    await write()
    at.site.rotateSigningKey()
    expect(await read()).toEqual({ isActive: true, mode: 'verified' })
    expect(at.site.journal.filter(({ route }) => route === 'token')).toHaveLength(2)
  })

  it('waits as the throttle says', async () => {
    at.site.settings.staffCallsPerMinute = 1
    await read()
    const failure = await read().catch((thrown: unknown) => thrown)
    expect(failure).toMatchObject({ code: 'LMS_THROTTLED' })
    expect(Reflect.get(Object(failure), 'retryAfterMs')).toBeGreaterThan(50_000)
  })

  it('waits a minute when the token endpoint is over its rate', async () => {
    at.site.settings.tokenCallsPerMinute = 0
    await expect(at.lms.probe(signal)).rejects.toMatchObject({ code: 'LMS_THROTTLED', retryAfterMs: 60_000 })
  })
})

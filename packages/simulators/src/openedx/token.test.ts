import { createHmac } from 'node:crypto'
import { describe, expect, it } from '@jest/globals'
import { clientId, clientSecret, fetchJwt, requestToken, startSite } from './site.fixture.ts'

const accounts = '/api/user/v1/accounts?username=alice'
const row = '/api/enrollment/v1/enrollment/alice,course-v1:DemoU+AUDIT-VERIFIED+2026'
const allowed = '/api/enrollment/v1/enrollment_allowed/'

describe('the token endpoint', () => {
  it('issues a JWT of type JWT with the claims of Open edX', async () => {
    const { lms, clock } = await startSite({ tokenLifetimeSeconds: 60 })
    const { status, headers, body } = await requestToken(lms.url)
    expect(status).toBe(200)
    expect(headers.get('cache-control')).toBe('no-store')
    expect(body).toEqual({
      access_token: expect.any(String),
      expires_in: 60,
      token_type: 'JWT',
      scope: 'read write email profile',
    })
    const [header = '', payload = ''] = (await fetchJwt(lms.url)).split('.')
    expect(decode(header)).toEqual({ alg: 'HS256', typ: 'JWT' })
    expect(decode(payload)).toMatchObject({
      aud: clientId,
      exp: clock.nowMs / 1000 + 60,
      grant_type: 'client-credentials',
      preferred_username: 'service',
      is_restricted: false,
      administrator: true,
    })
  })

  it('takes Basic credentials, form-encoded as RFC 6749 wants them', async () => {
    const { lms } = await startSite()
    const encoded = `${clientId}:${new URLSearchParams({ x: clientSecret }).toString().slice(2)}`
    const authorization = `Basic ${Buffer.from(encoded).toString('base64')}`
    const given = { client_id: undefined, client_secret: undefined }
    expect(await requestToken(lms.url, given, { authorization })).toMatchObject({ status: 200 })
  })

  it('takes the type from a header, and the body before it', async () => {
    const { lms } = await startSite()
    const header = { 'x-token-type': 'jwt' }
    expect(await requestToken(lms.url, { token_type: undefined }, header)).toMatchObject({
      body: { token_type: 'JWT' },
    })
    expect(await requestToken(lms.url, { token_type: 'bearer' }, header)).toMatchObject({
      body: { token_type: 'Bearer' },
    })
  })

  it.each<[string, Record<string, string | undefined>, number, string]>([
    ['unknown client', { client_id: 'nobody' }, 401, 'invalid_client'],
    ['wrong secret', { client_secret: 'wrong' }, 401, 'invalid_client'],
    ['no credentials', { client_id: undefined, client_secret: undefined }, 401, 'invalid_client'],
    ['another grant than the application’s', { grant_type: 'password' }, 400, 'unauthorized_client'],
    ['no grant', { grant_type: undefined }, 400, 'unsupported_grant_type'],
    ['unknown grant', { grant_type: 'magic' }, 400, 'unsupported_grant_type'],
    ['unknown scope', { scope: 'read everything' }, 400, 'invalid_scope'],
  ])('refuses: %s', async (_name, fields, status, error) => {
    const { lms } = await startSite()
    const heard = await requestToken(lms.url, fields)
    expect(heard).toMatchObject({ status, body: { error } })
    expect(heard.headers.get('www-authenticate')).toBe(status === 401 ? 'Bearer error="invalid_client"' : null)
  })

  it('reads no JSON', async () => {
    const { ask } = await startSite()
    const fields = { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret }
    expect(await ask('POST', '/oauth2/access_token', fields, {})).toMatchObject({
      body: { error: 'unsupported_grant_type' },
    })
  })

  it('answers GET with 405', async () => {
    const { ask } = await startSite()
    expect(await ask('GET', '/oauth2/access_token/', undefined, {})).toMatchObject({ status: 405 })
  })

  it('breaks on an application without a user', async () => {
    const { lms } = await startSite()
    lms.addOAuthApp({ clientId: 'orphan', clientSecret, username: null })
    const { status, headers } = await requestToken(lms.url, { client_id: 'orphan' })
    expect([status, headers.get('content-type')]).toEqual([500, 'text/html; charset=utf-8'])
  })

  it('answers with a page and no Retry-After beyond 120 calls in a minute', async () => {
    const { lms, clock } = await startSite({ tokenCallsPerMinute: 2 })
    await requestToken(lms.url)
    await requestToken(lms.url)
    const { status, headers } = await requestToken(lms.url)
    expect([status, headers.get('content-type'), headers.get('retry-after')]).toEqual([
      429,
      'text/html; charset=utf-8',
      null,
    ])
    clock.nowMs += 60_000
    expect(await requestToken(lms.url)).toMatchObject({ status: 200 })
  })

  it('stops knowing a rotated secret', async () => {
    const { lms } = await startSite()
    lms.rotateSecret(clientId, 'new')
    expect(await requestToken(lms.url)).toMatchObject({ status: 401 })
    expect(await requestToken(lms.url, { client_secret: 'new' })).toMatchObject({ status: 200 })
  })
})

describe('authentication', () => {
  it('answers 401 without credentials, naming JWT', async () => {
    const { ask } = await startSite()
    const { status, headers, body } = await ask('GET', row, undefined, {})
    expect(status).toBe(401)
    expect(headers.get('www-authenticate')).toBe('JWT realm="api"')
    expect(body).toEqual({ detail: 'Authentication credentials were not provided.' })
  })

  it('does not say whether a JWT is expired, forged or signed with an old key', async () => {
    const { lms, clock, ask } = await startSite({ tokenLifetimeSeconds: 1 })
    const jwt = await fetchJwt(lms.url)
    const [header = '', payload = ''] = jwt.split('.')
    const signature = createHmac('sha256', 'another key').update(`${header}.${payload}`).digest('base64url')
    const invalid = { status: 401, body: { detail: 'Invalid token.' } }
    const askWith = (token: string) => ask('GET', row, undefined, { authorization: `JWT ${token}` })
    expect(await askWith(jwt)).toMatchObject({ status: 200 })
    expect(await askWith(`${header}.${payload}.${signature}`)).toMatchObject(invalid)
    expect(await askWith('rubbish')).toMatchObject(invalid)
    clock.nowMs += 1000
    expect(await askWith(jwt)).toMatchObject(invalid)
    clock.nowMs -= 1000
    lms.rotateSigningKey()
    expect(await askWith(jwt)).toMatchObject(invalid)
  })

  it('rejects a JWT behind Bearer', async () => {
    const { lms, ask } = await startSite()
    const bearer = { authorization: `Bearer ${await fetchJwt(lms.url)}` }
    const unknown = { status: 401, body: { error_code: 'token_nonexistent' } }
    expect(await ask('GET', row, undefined, bearer)).toMatchObject(unknown)
    expect(await ask('GET', accounts, undefined, bearer)).toMatchObject(unknown)
    const notProvided = { status: 401, body: { detail: 'Authentication credentials were not provided.' } }
    expect(await ask('GET', allowed, undefined, bearer)).toMatchObject(notProvided)
  })

  it('takes an opaque token behind Bearer until it expires, but not for invitations', async () => {
    const { lms, clock, ask } = await startSite()
    const { body } = await requestToken(lms.url, { token_type: undefined })
    expect(body).toMatchObject({ token_type: 'Bearer', expires_in: 36_000 })
    const bearer = { authorization: `Bearer ${Reflect.get(Object(body), 'access_token')}` }
    expect(await ask('GET', row, undefined, bearer)).toMatchObject({ status: 200 })
    expect(await ask('GET', allowed, undefined, bearer)).toMatchObject({ status: 401 })
    clock.nowMs += 36_000_000
    expect(await ask('GET', row, undefined, bearer)).toMatchObject({
      status: 401,
      body: { error_code: 'token_expired' },
    })
  })

  it('refuses restricted applications everywhere', async () => {
    const { lms, ask } = await startSite()
    lms.addOAuthApp({ clientId, clientSecret, username: 'service', restricted: true })
    const forbidden = { status: 403, body: { detail: 'You do not have permission to perform this action.' } }
    expect(await ask('GET', row)).toMatchObject(forbidden)
    expect(await ask('GET', accounts)).toMatchObject(forbidden)
    const { body } = await requestToken(lms.url, { token_type: undefined })
    expect(Reflect.get(Object(body), 'expires_in')).toBeLessThan(0)
  })

  it('reads the staff flag on every call', async () => {
    const { lms, ask } = await startSite()
    expect(await ask('GET', allowed)).toMatchObject({ status: 200 })
    lms.setStaff('service', false)
    expect(await ask('GET', allowed)).toMatchObject({ status: 403 })
    expect(await ask('GET', row)).toMatchObject({ status: 404, body: '' })
  })
})

function decode(part: string): unknown {
  return JSON.parse(Buffer.from(part, 'base64url').toString())
}

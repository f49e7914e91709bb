import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { createHttpClient } from './http-client.ts'
import { sayJson, sayPage, startScriptedLms, type Script, type ScriptedLms } from './scripted-lms.fixture.ts'
import { createTokenGrant } from './token-grant.ts'

const granted = { access_token: 'a.b.c', expires_in: 3600, token_type: 'JWT', scope: 'read' }
const jwtOf = (claims: object) => `eyJ.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.sig`

describe('createTokenGrant', () => {
  let lms: ScriptedLms
  const grant = (timeoutMs = 10_000) => createTokenGrant(lms.config, createHttpClient({ timeoutMs }), Date.now)()

  beforeEach(async () => {
    lms = await startScriptedLms()
  })
  afterEach(() => lms.close())

  it('asks for a JWT with the client credentials in a form', async () => {
    lms.answerTokens(sayJson(200, granted))
    expect(await grant()).toEqual({ token: 'a.b.c', lifeMs: 3_600_000 })
    const [call] = lms.calls
    expect(call).toMatchObject({ method: 'POST', url: '/oauth2/access_token' })
    expect(call?.headers['content-type']).toMatch(/^application\/x-www-form-urlencoded/)
    expect(Object.fromEntries(new URLSearchParams(call?.body))).toEqual({
      grant_type: 'client_credentials',
      token_type: 'jwt',
      client_id: 'seatkeeper',
      client_secret: 'a-secret-of-the-client',
    })
  })

  it.each([
    ['absent', undefined],
    ['no number', 'soon'],
    ['null', null],
    ['an object', { toString: 1, valueOf: 1 }],
  ])('takes a token whose life is %s', async (_what, expires_in) => {
    lms.answerTokens(sayJson(200, { ...granted, expires_in }))
    expect(await grant()).toEqual({ token: 'a.b.c', lifeMs: undefined })
  })

  const failures: readonly (readonly [what: string, script: Script, code: string])[] = [
    ['a wrong secret', sayJson(401, { error: 'invalid_client' }), 'LMS_TOKEN_REFUSED'],
    ['another grant type', sayJson(400, { error: 'unauthorized_client' }), 'LMS_TOKEN_REFUSED'],
    ['a negative life', sayJson(200, { ...granted, expires_in: -36_000 }), 'LMS_TOKEN_REFUSED'],
    [
      'a restricted application',
      sayJson(200, { ...granted, access_token: jwtOf({ is_restricted: true }) }),
      'LMS_TOKEN_REFUSED',
    ],
    ['an opaque token', sayJson(200, { ...granted, token_type: 'Bearer' }), 'LMS_TOKEN_REFUSED'],
    ['a token type that is no text', sayJson(200, { ...granted, token_type: { toString: 1 } }), 'LMS_TOKEN_REFUSED'],
    ['a token that is an object', sayJson(200, { ...granted, access_token: { toString: 1 } }), 'LMS_UNREACHABLE'],
    ['a token that is no text', sayJson(200, { ...granted, access_token: 5 }), 'LMS_UNREACHABLE'],
    ['an error page', sayPage(500), 'LMS_UNREACHABLE'],
    ['a page with 200', sayPage(200), 'LMS_UNREACHABLE'],
    ['a redirect', (response) => void response.writeHead(301, { location: '/elsewhere' }).end(), 'LMS_MOVED'],
  ]
  it.each(failures)('fails for %s', async (_what, script, code) => {
    lms.answerTokens(script)
    const failure = await grant().catch((thrown: unknown) => thrown)
    expect(failure).toMatchObject({ name: 'JobFailure', code })
    expect(failure).not.toHaveProperty('cause')
    expect(lms.calls).toHaveLength(1)
  })

  it('fails without an answer', async () => {
    lms.answerTokens(() => {})
    await expect(grant(300)).rejects.toMatchObject({ code: 'LMS_UNREACHABLE' })
  })

  it.each([429, 403])('waits at least a minute when throttled by a page with %i', async (status) => {
    lms.answerTokens((response) => {
      response.writeHead(status, { 'content-type': 'text/html', 'retry-after': '5' }).end('<html>Slow down</html>')
    })
    await expect(grant()).rejects.toMatchObject({ code: 'LMS_THROTTLED', retryAfterMs: 60_000 })
  })

  it('keeps the secret out of the words of an LMS that echoes it', async () => {
    lms.answerTokens(sayJson(401, { error: 'a-secret-of-the-client is wrong' }))
    await expect(grant()).rejects.toMatchObject({ theirWords: '[redacted] is wrong' })
  })
})

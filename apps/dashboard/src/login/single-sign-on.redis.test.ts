import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { startDashboard, type Dashboard, type DashboardParts } from '../index.ts'
import { startScene, type Scene } from '../scene.fixture.ts'
import { ask, asPage, cookieOf, type Answer } from '../visitor.fixture.ts'
import { clientId, clientSecret, startProvider, type Provider } from './provider.fixture.ts'

let scene: Scene
let provider: Provider
let dashboard: Dashboard
const publicUrl = 'https://board.example.org'
const rules = {
  viewer: ['roles=seatkeeper-viewer'],
  operator: ['roles=seatkeeper-operator'],
  admin: ['superuser=true'],
}

function partsFor(issuer: string, kind: 'openid' | 'openedx' = 'openid'): DashboardParts {
  const shared = { clientId, clientSecret, scopes: 'openid profile' }
  const signOn = { provider: { kind, issuer, ...shared }, roles: rules, nameClaim: 'preferred_username', publicUrl }
  return { ...scene.parts, passwordHash: undefined, signOn }
}

beforeAll(async () => {
  scene = await startScene()
})
beforeEach(async () => {
  provider = await startProvider()
  dashboard = await startDashboard(partsFor(provider.issuer))
})
afterEach(async () => {
  await dashboard.close()
  await provider.close()
  await scene.redis.flushall()
})
afterAll(() => scene.close())

/** Goes to the provider and is led back. */
async function begin(next = '/dead-letters') {
  const started = await ask(dashboard.url, `/login/start?next=${encodeURIComponent(next)}`)
  const back = await provider.visit(String(started.headers.location))
  return { started, cookie: cookieOf(started), back }
}

function comeBack({ search }: URL, cookie: string): Promise<Answer> {
  return ask(dashboard.url, `/login/callback${search}`, { headers: { cookie, ...asPage } })
}

function sessionOf({ headers }: Answer): string | undefined {
  return headers['set-cookie']?.find((cookie) => cookie.startsWith('seatkeeper-session='))
}

/** What came of a login: the answer, and every session there is. */
async function endOf(answer: Answer) {
  return { status: answer.status, session: sessionOf(answer), kept: await scene.redis.keys('*session:*') }
}

function refused(status: number) {
  return { status, session: undefined, kept: [] }
}

describe('logging in at an identity provider', () => {
  it('asks for a code with PKCE, state and nonce, new ones each time', async () => {
    const [one, two] = [await begin(), await begin()]
    const asked = new URL(String(one.started.headers.location)).searchParams
    expect(Object.fromEntries(asked)).toMatchObject({
      response_type: 'code',
      client_id: clientId,
      redirect_uri: `${publicUrl}/login/callback`,
      scope: 'openid profile',
      code_challenge_method: 'S256',
    })
    for (const name of ['state', 'nonce', 'code_challenge']) {
      expect(asked.get(name)?.length).toBeGreaterThan(40)
      expect(asked.get(name)).not.toBe(new URL(String(two.started.headers.location)).searchParams.get(name))
    }
  })

  it('opens a session in the name and role that the provider gives', async () => {
    const { started, back, cookie } = await begin()
    expect(started.headers['set-cookie']?.[0]).toMatch(
      /^seatkeeper-login=[\w-]{43}; Max-Age=600; Path=\/login; Expires=.*; HttpOnly; Secure; SameSite=Lax$/,
    )
    const answer = await comeBack(back, cookie)
    expect(answer.status).toBe(200)
    expect(answer.text).toContain('<meta http-equiv="refresh" content="0;url=/dead-letters" />')
    expect(sessionOf(answer)).toMatch(/; HttpOnly; Secure; SameSite=Strict$/)
    const page = await ask(dashboard.url, '/dead-letters', {
      headers: { cookie: String(sessionOf(answer)?.split(';')[0]) },
    })
    expect(page.status).toBe(200)
    expect(page.text).toContain('grace')
    expect(page.text).toContain('operator')
  })

  it('sends the verifier with the code, and keeps nothing of the login', async () => {
    const { back, cookie } = await begin()
    await comeBack(back, cookie)
    expect(provider.grants[0]?.get('code_verifier')?.length).toBeGreaterThan(42)
    expect(await scene.redis.keys('*login-flow*')).toEqual([])
  })

  it('finds roles that only the userinfo endpoint tells', async () => {
    provider.person = { sub: 'person-2' }
    provider.info = { roles: ['seatkeeper-viewer'] }
    const { back, cookie } = await begin()
    const answer = await comeBack(back, cookie)
    const page = await ask(dashboard.url, '/', { headers: { cookie: String(sessionOf(answer)?.split(';')[0]) } })
    expect(page.text).toContain('viewer')
  })

  it('goes on to no other host', async () => {
    const { back, cookie } = await begin('//evil.example.com')
    expect((await comeBack(back, cookie)).text).toContain('content="0;url=/"')
  })
})

describe('a login that does not fit', () => {
  it('is refused with another state', async () => {
    const { back, cookie } = await begin()
    back.searchParams.set('state', 'of-somebody-else')
    expect(await endOf(await comeBack(back, cookie))).toEqual(refused(401))
  })

  it('is refused in another browser than it was begun in', async () => {
    const { back } = await begin()
    expect(await endOf(await comeBack(back, ''))).toEqual(refused(400))
    const other = await begin()
    expect(await endOf(await comeBack(back, other.cookie))).toEqual(refused(401))
  })

  it('is refused the second time', async () => {
    const { back, cookie } = await begin()
    await comeBack(back, cookie)
    await scene.redis.del(await scene.redis.keys('*session:*'))
    expect(await endOf(await comeBack(back, cookie))).toEqual(refused(400))
  })

  it.each([
    ['another nonce', { claims: { nonce: 'of-another-login' } }],
    ['no nonce', { claims: { nonce: undefined } }],
    ['another client', { claims: { aud: 'somebody-else' } }],
    ['another issuer', { claims: { iss: 'https://evil.example.com' } }],
    ['a time that is over', { claims: { exp: 1_700_000_000 } }],
    ['a signature by a key that is not published', { withForeignKey: true }],
    ['a challenge that the verifier does not answer', { otherChallenge: true }],
  ])('is refused with %s', async (_, spoiling) => {
    provider.spoiling = spoiling
    const { back, cookie } = await begin()
    expect(await endOf(await comeBack(back, cookie))).toEqual(refused(401))
  })

  it.each([
    ['of another issuer', { iss: 'https://evil.example.com' }],
    ['without a code', { code: '' }],
    ['that says no', { error: 'access_denied', code: '' }],
  ])('is refused with an answer %s', async (_, changed) => {
    const { back, cookie } = await begin()
    for (const [name, value] of Object.entries(changed)) {
      if (value === '') back.searchParams.delete(name)
      else back.searchParams.set(name, value)
    }
    expect(await endOf(await comeBack(back, cookie))).toEqual(refused(401))
  })

  it('is refused to somebody who has no role here', async () => {
    provider.person = { sub: 'person-3', roles: ['seatkeeper'] }
    const { back, cookie } = await begin()
    const answer = await comeBack(back, cookie)
    expect(await endOf(answer)).toEqual(refused(403))
    expect(answer.text).toContain('has no role here')
  })

  it('names in the log what went wrong and no token', async () => {
    provider.spoiling = { claims: { nonce: 'of-another-login' } }
    const { back, cookie } = await begin()
    await comeBack(back, cookie)
    expect(scene.logged()).toContain('login.refused')
    expect(scene.logged()).not.toMatch(/eyJ|of-another-login/)
  })
})

describe('a provider that is away', () => {
  it('is said so, and found again when it is back', async () => {
    const { port } = new URL(provider.issuer)
    const lost = await startDashboard(partsFor('http://127.0.0.1:1'))
    expect(await ask(lost.url, '/login/start')).toMatchObject({ status: 503 })
    await lost.close()
    expect(Number(port)).toBeGreaterThan(1)
    expect(await ask(dashboard.url, '/login/start')).toMatchObject({ status: 303 })
  })

  it('is asked so often from one address', async () => {
    for (let start = 0; start < 60; start += 1) await ask(dashboard.url, '/login/start')
    expect(await ask(dashboard.url, '/login/start')).toMatchObject({ status: 429 })
  })
})

describe('logging in at an LMS', () => {
  it('reads name and role in its access token', async () => {
    const board = await startDashboard(partsFor(provider.issuer, 'openedx'))
    provider.person = { sub: '7', preferred_username: 'ada', administrator: true, superuser: true }
    const started = await ask(board.url, '/login/start')
    const { pathname, search } = await provider.visit(String(started.headers.location))
    const answer = await ask(board.url, pathname + search, { headers: { cookie: cookieOf(started), ...asPage } })
    expect(provider.grants[0]?.get('token_type')).toBe('jwt')
    const page = await ask(board.url, '/', { headers: { cookie: String(sessionOf(answer)?.split(';')[0]) } })
    expect(page.text).toMatch(/ada[\s\S]*admin/)
    await board.close()
  })

  it('refuses the token of a restricted application', async () => {
    const board = await startDashboard(partsFor(provider.issuer, 'openedx'))
    provider.person = { sub: '7', superuser: true, is_restricted: true }
    const started = await ask(board.url, '/login/start')
    const { pathname, search } = await provider.visit(String(started.headers.location))
    const answer = await ask(board.url, pathname + search, { headers: { cookie: cookieOf(started) } })
    expect(await endOf(answer)).toEqual(refused(401))
    await board.close()
  })
})

import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { hashPassword, startDashboard } from '../index.ts'
import { password, startScene, until, type Scene } from '../scene.fixture.ts'
import { ask, asPage, cookieOf, fromHere, logIn } from '../visitor.fixture.ts'

let scene: Scene

beforeAll(async () => {
  scene = await startScene()
})
afterAll(() => scene.close())
afterEach(() => scene.redis.flushall())

function sendForm(headers: Record<string, string>, body: string) {
  return ask(scene.url, '/login', { method: 'POST', headers: { ...fromHere(scene.url), ...headers }, body })
}

describe('logging in', () => {
  it('opens a session that only the browser holds', async () => {
    const answer = await logIn(scene.url, password)
    expect([answer.status, answer.headers.location]).toEqual([303, '/'])
    const [attributes] = answer.headers['set-cookie'] ?? []
    expect(attributes).toMatch(/^seatkeeper-session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/)
    const [key = '', ...others] = (await scene.redis.keys('*')).filter((name) => name.includes('session'))
    expect(others).toEqual([])
    expect(key).toMatch(/^\{seatkeeper\}:session:[0-9a-f]{64}$/)
    expect(key).not.toContain(cookieOf(answer).split('=')[1])
    const seconds = await scene.redis.ttl(key)
    expect(seconds).toBeGreaterThan(8 * 3600 - 60)
    expect(seconds).toBeLessThanOrEqual(8 * 3600)
    expect(await ask(scene.url, '/', { headers: { cookie: cookieOf(answer) } })).toMatchObject({ status: 200 })
  })

  it('gives nothing for a wrong password, and does not say it again', async () => {
    const answer = await logIn(scene.url, 'otters, I think')
    expect(answer.status).toBe(401)
    expect(answer.headers).not.toHaveProperty('set-cookie')
    expect(answer.text).toContain('That is not the password.')
    expect(answer.text + scene.logged()).not.toContain('otters')
  })

  it('starts a new session whatever the browser brought along', async () => {
    const brought = `seatkeeper-session=${'A'.repeat(43)}`
    expect(cookieOf(await logIn(scene.url, password, { cookie: brought }))).not.toBe(brought)
    expect(await ask(scene.url, '/', { headers: { cookie: brought } })).toMatchObject({ status: 401 })
  })

  it.each([
    ['/dead-letters', '/dead-letters'],
    ['/items/order-shop-1', '/items/order-shop-1'],
    ['//evil.example.com', '/'],
    ['/\\evil.example.com', '/'],
    ['https://evil.example.com/', '/'],
    ['/\r\nSet-Cookie: a=b', '/'],
    ['', '/'],
  ])('goes on from %p to %p', async (next, location) => {
    const body = new URLSearchParams({ password, next }).toString()
    const answer = await ask(scene.url, '/login', { method: 'POST', headers: fromHere(scene.url), body })
    expect(answer.headers.location).toBe(location)
  })

  it('survives forms that are none', async () => {
    expect(await sendForm({}, '')).toMatchObject({ status: 401 })
    expect(await sendForm({ 'content-type': 'application/json' }, '{"password":1}')).toMatchObject({ status: 401 })
    expect(await sendForm({}, `password=${password}&password=${password}`)).toMatchObject({ status: 401 })
    expect(await sendForm({}, 'x'.repeat(10_000))).toMatchObject({ status: 413 })
  })

  it('refuses the sixth guess, also with the right password, in any process', async () => {
    const twin = await startDashboard(scene.parts)
    for (let guess = 0; guess < 5; guess += 1) expect(await logIn(scene.url, 'wrong')).toMatchObject({ status: 401 })
    const answer = await logIn(twin.url, password)
    expect(answer.status).toBe(429)
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(800)
    await twin.close()
  })

  it('forgets wrong guesses after a right one', async () => {
    for (let guess = 0; guess < 4; guess += 1) await logIn(scene.url, 'wrong')
    expect(await logIn(scene.url, password)).toMatchObject({ status: 303 })
    expect(await logIn(scene.url, 'wrong')).toMatchObject({ status: 401 })
  })
})

describe('logging in from another machine', () => {
  const host = 'board.example.org'

  it('takes TLS that ends before us, and binds the cookie to it', async () => {
    const answer = await logIn(scene.url, password, { host, origin: `https://${host}` })
    expect(answer.headers['set-cookie']?.[0]).toMatch(/; Secure;/)
  })

  it('does not take a password that came in clear text', async () => {
    const answer = await logIn(scene.url, password, { host, origin: `http://${host}` })
    expect([answer.status, answer.headers['set-cookie']]).toEqual([400, undefined])
    expect(answer.text).toContain('without TLS')
  })

  it('takes it where that was allowed', async () => {
    const open = await startDashboard({ ...scene.parts, allowInsecureCookie: true })
    const answer = await logIn(open.url, password, { host, origin: `http://${host}` })
    expect(answer.status).toBe(303)
    expect(answer.headers['set-cookie']?.[0]).not.toContain('Secure')
    await open.close()
  })
})

describe('a session', () => {
  it('ends with logging out', async () => {
    const cookie = cookieOf(await logIn(scene.url, password))
    const answer = await ask(scene.url, '/logout', { method: 'POST', headers: { ...fromHere(scene.url), cookie } })
    expect([answer.status, answer.headers.location]).toEqual([303, '/login'])
    expect(answer.headers['set-cookie']?.[0]).toContain('Expires=Thu, 01 Jan 1970')
    expect(await ask(scene.url, '/', { headers: { cookie } })).toMatchObject({ status: 401 })
  })

  it('ends when the password changes', async () => {
    const cookie = cookieOf(await logIn(scene.url, password))
    const changed = await startDashboard({ ...scene.parts, passwordHash: await hashPassword('nine loud herons') })
    expect(await ask(changed.url, '/', { headers: { cookie } })).toMatchObject({ status: 401 })
    await changed.close()
  })
})

describe('startDashboard', () => {
  it.each(['', password, 'changeme'])('does not start with %p in place of a hash', async (hash) => {
    await expect(startDashboard({ ...scene.parts, passwordHash: hash })).rejects.toThrow('without a password hash')
  })

  it('says that its port is taken', async () => {
    await expect(startDashboard({ ...scene.parts, port: Number(new URL(scene.url).port) })).rejects.toThrow('is in use')
  })

  it('answers 503 in a page while Redis is away, and comes back with it', async () => {
    const own = await startScene()
    const cookie = cookieOf(await logIn(own.url, password))
    await own.server.kill()
    const away = await ask(own.url, '/', { headers: { cookie, ...asPage } })
    expect(away.status).toBe(503)
    expect(away.text).toContain('Redis does not answer')
    expect(away.text).not.toMatch(/at .*\.ts|node_modules/)
    await own.server.restart()
    await until(async () => (await ask(own.url, '/', { headers: { cookie } })).status === 200)
    await own.close()
  })
})

import { readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { appRoutes } from '@bull-board/api/dist/routes.js'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { giveUp, password, sellOne, startScene, type Scene } from './scene.fixture.ts'
import { ask, asPage, cookieOf, fromHere, logIn } from './visitor.fixture.ts'

let scene: Scene
let cookie: string
let item: string

beforeAll(async () => {
  scene = await startScene()
  item = await giveUp(scene, await sellOne(scene), 'LMS_COURSE_UNKNOWN')
  cookie = cookieOf(await logIn(scene.url, password))
})
afterAll(() => scene.close())

const fill = (route: string) =>
  route
    .replace(':queueName', 'enroll.campus')
    .replace(':jobId', 'seat-s1-g1')
    .replace(':queueStatus', 'failed')
    .replace(':schedulerId', 'x')

const boardApi = appRoutes.api.flatMap(({ method, route }) =>
  [method]
    .flat()
    .flatMap((verb) => [route].flat().map((path) => [verb.toUpperCase(), `/queues${fill(path)}`] as const)),
)
const boardChanges = boardApi.filter(([verb]) => verb !== 'GET')
const boardPages = [appRoutes.entryPoint.route].flat().map((path) => `/queues${fill(path)}`)
const uiFolder = dirname(createRequire(import.meta.url).resolve('@bull-board/ui/package.json'))
const boardFiles = readdirSync(join(uiFolder, 'dist/static'), { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map(({ parentPath, name }) => `/queues${join(parentPath, name).slice(join(uiFolder, 'dist').length)}`)
const ownPages = [
  '/',
  '/dead-letters',
  '/dead-letters/replay',
  '/dead-letters/discard',
  '/items/seat-s1234567890123456789',
  '/items/seat-s1234567890123456789/decide',
  '/lanes/enroll.campus',
  '/courses/campus/x',
  '/record',
  '/queues',
  '/nothing',
  '/metrics',
  '/.env',
]
const ownChanges = [
  '/search',
  '/dead-letters/replay',
  '/dead-letters/discard',
  '/items/order-shop-1001/read',
  '/items/seat-s1234567890123456789/decide',
  '/lanes/enroll.campus',
]

describe('without a session', () => {
  it.each([...ownPages, ...boardPages])('%s asks to log in', async (path) => {
    const { status, headers, text } = await ask(scene.url, path, { headers: asPage })
    expect([status, headers.location]).toEqual([303, `/login?next=${encodeURIComponent(path)}`])
    expect(text).not.toContain('LMS_COURSE_UNKNOWN')
  })

  it.each([...ownPages, ...boardPages])('%s is 401 to what asks for no page', async (path) => {
    expect(await ask(scene.url, path)).toMatchObject({ status: 401, text: 'Log in first.\n' })
  })

  it.each(boardApi)('%s %s is 401', async (method, path) => {
    expect(await ask(scene.url, path, { method, headers: fromHere(scene.url) })).toMatchObject(
      method === 'GET' ? { status: 303 } : { status: 401 },
    )
    expect(await ask(scene.url, path, { method, headers: { origin: scene.url } })).toMatchObject({ status: 401 })
  })

  it.each(ownChanges)('POST %s is 401', async (path) => {
    expect(await ask(scene.url, path, { method: 'POST', headers: fromHere(scene.url) })).toMatchObject({ status: 401 })
  })

  it('none of Bull Board’s files is given away', async () => {
    const answers = await Promise.all(boardFiles.map((path) => ask(scene.url, path)))
    expect(answers.length).toBeGreaterThan(10)
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([401]))
  })

  it.each(['seatkeeper-session=', `seatkeeper-session=${'A'.repeat(43)}`, 'seatkeeper-session=*', 'other=1'])(
    'the cookie %p opens nothing',
    async (made) => {
      expect(await ask(scene.url, '/', { headers: { cookie: made } })).toMatchObject({ status: 401 })
    },
  )

  it('the login page needs only what everybody may have', async () => {
    const { status, text } = await ask(scene.url, '/login', { headers: asPage })
    expect(status).toBe(200)
    const assets = [...text.matchAll(/href="(\/assets\/[^"]+)"/g)].map(([, path]) => path ?? '')
    expect(assets).toHaveLength(2)
    for (const path of assets) expect(await ask(scene.url, path)).toMatchObject({ status: 200 })
  })
})

describe('with a session', () => {
  it('every page is there', async () => {
    for (const path of ['/', '/dead-letters', `/items/${item}`, '/queues', ...boardPages])
      expect([path, (await ask(scene.url, path, { headers: { cookie, ...asPage } })).status]).toEqual([path, 200])
  })

  it.each(boardChanges)('%s %s cannot be done', async (method, path) => {
    const headers = { ...fromHere(scene.url), cookie, 'content-type': 'application/json' }
    const answer = await ask(scene.url, path, { method, headers, body: '{}' })
    expect([answer.status, answer.headers.allow]).toEqual([405, 'GET, HEAD'])
  })

  it.each(['PUT', 'POST', 'PATCH', 'DELETE', 'PROPFIND'])('%s changes nothing anywhere', async (method) => {
    const before = await scene.redis.dbsize()
    for (const path of ['/', '/dead-letters', `/items/${item}`, '/queues/api/queues/enroll.campus/add'])
      expect(await ask(scene.url, path, { method, headers: { ...fromHere(scene.url), cookie } })).toMatchObject({
        status: 405,
      })
    expect(await scene.redis.dbsize()).toBe(before)
  })

  it('says nothing about Redis itself', async () => {
    expect(await ask(scene.url, '/queues/api/redis/stats', { headers: { cookie } })).toMatchObject({ status: 403 })
  })
})

describe('a request made by another site', () => {
  const foreign: [string, Record<string, string>][] = [
    ['another origin', { origin: 'https://evil.example.com' }],
    ['another port of this machine', { origin: 'http://127.0.0.1:1' }],
    ['an opaque origin', { origin: 'null' }],
    ['no origin', {}],
    ['a site the browser calls foreign', { 'sec-fetch-site': 'cross-site' }],
    ['a neighbour under the same name', { 'sec-fetch-site': 'same-site' }],
  ]
  it.each(foreign)('is refused with the session’s cookie: %s', async (_, headers) => {
    const origin = 'sec-fetch-site' in headers ? { origin: scene.url } : {}
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE'])
      for (const path of ['/login', '/logout', '/', '/queues/api/queues/enroll.campus/obliterate', ...ownChanges])
        expect(await ask(scene.url, path, { method, headers: { cookie, ...origin, ...headers } })).toMatchObject({
          status: 403,
        })
    expect(await ask(scene.url, '/', { headers: { cookie } })).toMatchObject({ status: 200 })
  })
})

async function policyOf(path: string): Promise<string> {
  const { headers } = await ask(scene.url, path, { headers: { cookie, ...asPage } })
  return String(headers['content-security-policy'])
}

describe('every answer', () => {
  const paths = ['/login', '/', '/dead-letters', '/nothing', '/queues', '/queues/api/queues', '/assets/dashboard.css']
  it.each(paths)('of %s is neither kept, framed nor indexed', async (path) => {
    const { headers } = await ask(scene.url, path, { headers: { cookie, ...asPage } })
    expect(headers).toMatchObject({
      'cache-control': 'no-store',
      'x-frame-options': 'DENY',
      'x-robots-tag': 'noindex, nofollow',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'same-origin',
    })
    expect(headers['content-security-policy']).toContain("frame-ancestors 'none'")
    expect(headers).not.toHaveProperty('x-powered-by')
  })

  it('lets no script run on our own pages, and only our own on Bull Board’s', async () => {
    expect(await policyOf('/')).toBe(
      "default-src 'none';style-src 'self';img-src 'self';form-action 'self';base-uri 'none';frame-ancestors 'none'",
    )
    expect(await policyOf('/queues')).toContain("default-src 'none'")
    expect(await policyOf('/queues')).toContain("script-src 'self';")
  })
})

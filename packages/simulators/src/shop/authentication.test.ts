import { randomBytes } from 'node:crypto'
import { afterEach, describe, expect, it } from '@jest/globals'
import { oauthSignature } from './oauth1.ts'
import { answerOf } from './recordings.fixture.ts'
import { startShopSimulator, type ApiKey, type ShopSimulator } from './shop.ts'

const path = '/wp-json/wc/v3/orders'
const nowMs = Date.parse('2026-11-21T18:23:43Z')

describe('createAuthentication', () => {
  let shop: ShopSimulator
  afterEach(() => shop.stop())

  async function start(https: boolean) {
    shop = await startShopSimulator({ https, nowMs: () => nowMs })
    return shop
  }
  const basic = ({ key, secret }: Pick<ApiKey, 'key' | 'secret'>, method = 'GET', below = '') =>
    answered(
      fetch(shop.url + path + below, {
        method,
        headers: { authorization: `Basic ${Buffer.from(`${key}:${secret}`).toString('base64')}` },
      }),
    )
  const parameters = (given: Readonly<Record<string, string>> = {}) => ({
    oauth_consumer_key: shop.keys.key,
    oauth_timestamp: String(nowMs / 1000),
    oauth_nonce: randomBytes(16).toString('hex'),
    oauth_signature_method: 'HMAC-SHA256',
    ...given,
  })
  function signed(given: Readonly<Record<string, string>> = {}, url = shop.url + path) {
    const unsigned = Object.entries(parameters(given))
    const method = given['oauth_signature_method'] ?? 'HMAC-SHA256'
    const signature = oauthSignature({ method: 'GET', url, parameters: unsigned }, shop.keys.secret, method)
    return new URLSearchParams([...unsigned, ['oauth_signature', signature ?? '']])
  }
  const signedAfter = (seconds: number) => signed({ oauth_timestamp: String(nowMs / 1000 + seconds) })
  const asked = (query: URLSearchParams) => answered(fetch(`${shop.url}${path}?${query.toString()}`))

  it('lets Basic in over TLS, in the header or in the query', async () => {
    await start(true)
    expect((await basic(shop.keys)).status).toBe(200)
    const query = new URLSearchParams({ consumer_key: shop.keys.key, consumer_secret: shop.keys.secret })
    expect((await asked(query)).status).toBe(200)
  })

  it('sends a wrong secret away, and knows nobody by an unknown key or none', async () => {
    await start(true)
    expect(await basic({ ...shop.keys, secret: 'cs_wrong' })).toEqual(answerOf('36', '32-auth-https-wrong-secret'))
    expect(await basic({ key: 'ck_unknown', secret: 'x' })).toEqual(answerOf('36', '31-auth-https-unknown-key'))
    expect(await asked(new URLSearchParams())).toEqual(answerOf('36', '30-auth-https-none'))
  })

  it('ignores Basic and query keys over plain HTTP', async () => {
    await start(false)
    const query = new URLSearchParams({ consumer_key: shop.keys.key, consumer_secret: shop.keys.secret })
    expect(await basic(shop.keys)).toEqual(answerOf('36', '33-auth-http-basic-ignored'))
    expect(await asked(query)).toEqual(answerOf('36', '34-auth-http-query-string-ignored'))
  })

  it.each(['HMAC-SHA1', 'HMAC-SHA256'])('lets %s in over plain HTTP, other parameters signed too', async (method) => {
    await start(false)
    const given = {
      oauth_signature_method: method,
      status: 'processing,completed',
      modified_after: '2026-11-21T18:23:34',
    }
    expect(await asked(signed(given))).toEqual({ status: 200, body: [] })
  })

  it('takes OAuth from the Authorization header', async () => {
    await start(false)
    const pairs = [...signed()].map(([name, value]) => `${name}="${encodeURIComponent(value)}"`)
    const headers = { authorization: `OAuth ${pairs.join(', ')}` }
    expect((await fetch(shop.url + path, { headers })).status).toBe(200)
  })

  it('takes a nonce once', async () => {
    await start(false)
    const query = signed()
    expect((await asked(query)).status).toBe(200)
    expect(await asked(query)).toEqual(answerOf('36', '39-auth-oauth-nonce-reuse'))
  })

  it('takes a clock 15 minutes off, and none that is further off', async () => {
    await start(false)
    const late = answerOf('36', '40-auth-oauth-old-timestamp')
    expect((await asked(signedAfter(900))).status).toBe(200)
    expect((await asked(signedAfter(-900))).status).toBe(200)
    expect(await asked(signedAfter(-901))).toEqual(late)
    expect(await asked(signedAfter(901))).toEqual(late)
  })

  it('refuses a signature made for another address than its own home', async () => {
    await start(false)
    const elsewhere = signed({}, `http://localhost:1${path}`)
    expect(await asked(elsewhere)).toEqual(answerOf('36', '41-auth-oauth-bad-signature'))
  })

  it('wants https in the signed address once it believes in TLS', async () => {
    await start(true)
    expect(await asked(signed())).toEqual(answerOf('36', '44-auth-oauth-over-https'))
    expect((await asked(signed({}, shop.url.replace('http:', 'https:') + path))).status).toBe(200)
  })

  it('names what an OAuth call lacks, and an unknown key', async () => {
    await start(false)
    const lone = new URLSearchParams({ oauth_consumer_key: shop.keys.key })
    expect(await asked(lone)).toEqual(answerOf('36', '43-auth-oauth-missing-param'))
    expect(await asked(signed({ oauth_consumer_key: 'ck_x' }))).toEqual(answerOf('36', '42-auth-oauth-unknown-key'))
  })

  it('holds keys to their rights', async () => {
    await start(true)
    const reader = shop.addKey('read')
    const writer = shop.addKey('write')
    expect(await basic(reader, 'PUT', '/112')).toEqual(answerOf('36', '45-auth-read-only-key-put'))
    expect(await basic(writer)).toEqual(answerOf('36', '46-auth-write-only-key-get'))
    expect((await basic(reader)).status).toBe(200)
  })
})

async function answered(request: Promise<Response>): Promise<{ status: number; body: unknown }> {
  const answer = await request
  return { status: answer.status, body: await answer.json() }
}

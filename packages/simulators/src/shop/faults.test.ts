import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { startShopSimulator, type ShopSimulator } from './shop.ts'

describe('createFaults', () => {
  let shop: ShopSimulator
  let order = 0
  beforeEach(async () => {
    shop = await startShopSimulator({ https: true })
    const product = shop.addProduct({ name: 'Demonstration Course', sku: 'course-v1:OpenedX+DemoX+DemoCourse' })
    order = shop.placeOrder({ email: 'ada@example.com', lines: [{ product }] })
  })
  afterEach(() => shop.stop())

  function call(path = `/orders/${order}`, init: { method?: string; body?: string } = {}) {
    const authorization = `Basic ${Buffer.from(`${shop.keys.key}:${shop.keys.secret}`).toString('base64')}`
    return fetch(`${shop.url}/wp-json/wc/v3${path}`, { ...init, headers: { authorization } })
  }

  it.each([500, 502, 503])('answers %i with a web page for as many calls as asked', async (status) => {
    shop.faults.rest({ kind: 'page', status }, { times: 2 })
    const answers = [await call(), await call(), await call()]
    expect(answers.map((answer) => answer.status)).toEqual([status, status, 200])
    expect(answers[0]?.headers.get('content-type')).toMatch(/^text\/html/)
  })

  it('throttles with Retry-After', async () => {
    shop.faults.rest({ kind: 'page', status: 429, retryAfterSeconds: 7 })
    const answer = await call()
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([429, '7'])
  })

  it('resets before anything is done', async () => {
    shop.faults.rest({ kind: 'reset' }, { times: 1 })
    await expect(call(`/orders/${order}/notes`, { method: 'POST', body: '{"note":"x"}' })).rejects.toThrow(
      'fetch failed',
    )
    expect(await (await call(`/orders/${order}/notes`)).text()).not.toContain('"note":"x"')
  })

  it('loses the answer after all was done', async () => {
    shop.faults.rest({ kind: 'lose-answer' }, { times: 1 })
    await expect(call(`/orders/${order}/notes`, { method: 'POST', body: '{"note":"x"}' })).rejects.toThrow(
      'fetch failed',
    )
    expect(await (await call(`/orders/${order}/notes`)).text()).toContain('"note":"x"')
  })

  it('answers late, but as always', async () => {
    shop.faults.rest({ kind: 'delay', delayMs: 50 })
    const startedMs = performance.now()
    expect((await call()).status).toBe(200)
    expect(performance.now() - startedMs).toBeGreaterThanOrEqual(49)
  })

  it('lets something happen before a call is answered', async () => {
    const run = ({ method, path }: { readonly method: string; readonly path: string }) => {
      expect([method, path]).toEqual(['GET', `/orders/${order}`])
      shop.setStatus(order, 'cancelled')
    }
    shop.faults.rest({ kind: 'hook', run })
    expect(await (await call()).json()).toMatchObject({ status: 'cancelled' })
  })

  it('meets only the calls in its scope, until cleared', async () => {
    shop.faults.rest({ kind: 'page', status: 502 }, { method: 'GET', path: /\/refunds$/ })
    expect((await call()).status).toBe(200)
    expect((await call(`/orders/${order}/refunds`)).status).toBe(502)
    shop.faults.clear()
    expect((await call(`/orders/${order}/refunds`)).status).toBe(200)
  })

  it('has a web page, not JSON, outside the REST API', async () => {
    const answer = await fetch(`${shop.url}/shop/`)
    expect([answer.status, answer.headers.get('content-type')]).toEqual([404, 'text/html; charset=UTF-8'])
  })
})

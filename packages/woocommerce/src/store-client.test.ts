import { describe, expect, it } from '@jest/globals'
import { never, scriptedShop, stopShopsAfterEach, storeAt } from './scripted-shop.fixture.ts'

stopShopsAfterEach()

describe('probe', () => {
  it('asks for one order’s number and nothing of any customer', async () => {
    const shop = await scriptedShop(() => '[]')
    await storeAt(shop).probe(never)
    const asked = new URL(shop.asked[0]?.url ?? '', shop.url)
    expect(asked.pathname).toBe('/wp-json/wc/v3/orders')
    expect(asked.searchParams.get('_fields')).toBe('id')
    expect(asked.searchParams.get('per_page')).toBe('1')
  })

  it('fails as a read would', async () => {
    const shop = await scriptedShop(() => ({ status: 429, body: '{}' }))
    await expect(storeAt(shop).probe(never)).rejects.toMatchObject({ code: 'STORE_THROTTLED', retryAfterMs: 60_000 })
  })
})

describe('the limit of calls', () => {
  it('holds every call back, probes too, and lets go of those who give up', async () => {
    const shop = await scriptedShop(() => '[]')
    const store = storeAt(shop, { callsPerMinute: 1 })
    await store.probe(never)
    await expect(store.probe(AbortSignal.timeout(50))).rejects.toMatchObject({ code: 'DEADLINE_PASSED' })
    expect(shop.asked).toHaveLength(1)
  })
})

import { describe, expect, it } from '@jest/globals'
import { connectShop } from './connect-shop.ts'
import { createListingShop, type ListingShop } from './listing-shop.fixture.ts'

const deliveryUrl = 'https://seats.example.org/webhooks/shop'
const topics = ['order.created', 'order.updated', 'order.deleted']

function connect(store: ListingShop, secrets: readonly string[] = ['one', 'two', 'three']) {
  return connectShop({ store, deliveryUrl, topics, secrets }, AbortSignal.timeout(1000))
}

describe('connectShop', () => {
  it('makes one webhook for each topic, each with its own secret', async () => {
    const shop = createListingShop()
    const connected = await connect(shop)
    expect(connected.map(({ topic, isNew }) => [topic, isNew])).toEqual(topics.map((topic) => [topic, true]))
    expect(Object.fromEntries(shop.secrets)).toEqual({
      'order.created': 'one',
      'order.updated': 'two',
      'order.deleted': 'three',
    })
  })

  it('makes none twice, whatever the address’s spelling, and says how those there are', async () => {
    const shop = createListingShop()
    shop.webhooks.push({ id: '9', topic: 'order.updated', deliveryUrl: `${deliveryUrl}/`, status: 'disabled' })
    await connect(shop)
    const again = await connect(shop)
    expect(shop.webhooks).toHaveLength(3)
    expect(again).toContainEqual({ id: '9', topic: 'order.updated', status: 'disabled', isNew: false })
  })

  it('leaves other people’s webhooks alone', async () => {
    const shop = createListingShop()
    shop.webhooks.push({ id: '9', topic: 'order.updated', deliveryUrl: 'https://other.example.org/', status: 'active' })
    expect(await connect(shop)).toMatchObject([{ isNew: true }, { isNew: true }, { isNew: true }])
  })

  it('gives the last secret to topics beyond the secrets, and refuses to make webhooks without any', async () => {
    const shop = createListingShop()
    await connect(shop, ['one', 'two'])
    expect(shop.secrets.get('order.deleted')).toBe('two')
    await expect(connect(createListingShop(), [])).rejects.toBeInstanceOf(RangeError)
  })
})

import { describe, expect, it } from '@jest/globals'
import { recordedAnswer } from './recordings.fixture.ts'
import { never, orderRef, scriptedShop, stopShopsAfterEach, storeAt } from './scripted-shop.fixture.ts'

stopShopsAfterEach()

const at = (second: number) => Date.UTC(2026, 10, 21, 18, 23, second)

describe('readModified', () => {
  it('reads the recorded page as a webhook would have told it', async () => {
    const shop = await scriptedShop(() => recordedAnswer('36-rest-api/rest/01-modified-after-page1').body)
    const page = await storeAt(shop).readModified({ sinceMs: at(35), inTrash: false }, never)
    expect(page).toMatchObject({ lastModifiedMs: at(35), isFull: false })
    expect(page.news).toMatchObject([
      { kind: 'snapshot', snapshot: { ...orderRef(113), status: 'processing', modifiedAtMs: at(35) } },
      { kind: 'snapshot', snapshot: { ...orderRef(114), status: 'processing', modifiedAtMs: at(35) } },
    ])
  })

  it.each([
    [at(35), '2026-11-21T18:23:34'],
    [at(35) + 999, '2026-11-21T18:23:34'],
    [0, '1969-12-31T23:59:59'],
    [-5000, '1969-12-31T23:59:59'],
  ])('asks a second before %d, which the shop would leave out', async (sinceMs, bound) => {
    const shop = await scriptedShop(() => '[]')
    const page = await storeAt(shop).readModified({ sinceMs, inTrash: false }, never)
    expect(page).toEqual({ news: [], lastModifiedMs: null, isFull: false })
    expect(asked(shop)).toMatchObject([
      {
        modified_after: bound,
        dates_are_gmt: 'true',
        orderby: 'modified',
        order: 'asc',
        status: 'any',
        per_page: '100',
      },
    ])
  })

  it('asks for the trash alone, because “any” leaves it out', async () => {
    const shop = await scriptedShop(() => '[]')
    await storeAt(shop).readModified({ sinceMs: 0, inTrash: true }, never)
    expect(asked(shop)).toMatchObject([{ status: 'trash' }])
  })

  it('has those with refunds, or in an unknown shape, read', async () => {
    const orders = [anOrder(1, { refunds: [{ id: 9 }] }), anOrder(2, { total: null }), anOrder(3, { status: 'trash' })]
    const shop = await scriptedShop(() => JSON.stringify(orders))
    const { news } = await storeAt(shop).readModified({ sinceMs: 0, inTrash: false }, never)
    expect(news).toMatchObject([
      { kind: 'hint', reason: 'refund', order: '1', modifiedAtMs: at(35) },
      { kind: 'hint', reason: 'partial', order: '2', modifiedAtMs: at(35) },
      { kind: 'snapshot', snapshot: { order: '3', access: 'withdrawn' } },
    ])
  })

  it('reads one page of a long list and says that there is more', async () => {
    const orders = Array.from({ length: 250 }, (_, index) => anOrder(index + 1, modified(index % 60)))
    const shop = await listing(
      orders.toSorted((one, other) => (one.date_modified_gmt < other.date_modified_gmt ? -1 : 1)),
    )
    const page = await storeAt(shop).readModified({ sinceMs: at(0), inTrash: false }, never)
    expect(page).toMatchObject({ isFull: true, lastModifiedMs: at(22) })
    expect(page.news).toHaveLength(100)
    expect(shop.asked).toHaveLength(1)
  })

  it('reads a second to its end, or it would come again for ever', async () => {
    const sameSecond = Array.from({ length: 250 }, (_, index) => anOrder(index + 1, modified(7)))
    const shop = await listing([...sameSecond, anOrder(1000, modified(8))])
    const page = await storeAt(shop).readModified({ sinceMs: at(7), inTrash: false }, never)
    expect(page).toMatchObject({ isFull: false, lastModifiedMs: at(8) })
    expect(new Set(page.news.map(orderOf)).size).toBe(251)
  })

  it('misses none of a second while some of its orders move on', async () => {
    const orders = Array.from({ length: 250 }, (_, index) => anOrder(index + 1, modified(7)))
    const shop = await listing(orders, () => orders.splice(0, 10))
    const page = await storeAt(shop).readModified({ sinceMs: at(7), inTrash: false }, never)
    const seen = new Set(page.news.map(orderOf))
    expect(orders.filter(({ id }) => !seen.has(String(id)))).toEqual([])
  })

  it('gives up on a second without end', async () => {
    const shop = await scriptedShop(() => JSON.stringify(Array.from({ length: 100 }, (_, index) => anOrder(index + 1))))
    const reading = storeAt(shop, { callsPerMinute: 6000 }).readModified({ sinceMs: at(35), inTrash: false }, never)
    await expect(reading).rejects.toMatchObject({ code: 'STORE_ERROR' })
    expect(shop.asked).toHaveLength(20)
  })

  it('refuses what is no list', async () => {
    const shop = await scriptedShop(() => '{"id":1}')
    const reading = storeAt(shop).readModified({ sinceMs: 0, inTrash: false }, never)
    await expect(reading).rejects.toMatchObject({ code: 'STORE_ANSWER_UNREADABLE' })
  })
})

type Listed = ReturnType<typeof anOrder>

/** A shop with these orders from the moment asked for; `after` is done after each page. */
function listing(orders: readonly Listed[], after = () => {}) {
  return scriptedShop((_, query) => {
    const from = Number(query.get('offset'))
    const page = JSON.stringify(orders.slice(from, from + Number(query.get('per_page'))))
    after()
    return page
  })
}

function asked(shop: Awaited<ReturnType<typeof listing>>): Record<string, string>[] {
  return shop.asked.map(({ url }) => Object.fromEntries(new URL(url ?? '', 'http://shop').searchParams))
}

function anOrder(id: number, change: object = {}): { id: number; date_modified_gmt: string } {
  const [order] = JSON.parse(recordedAnswer('36-rest-api/rest/01-modified-after-page1').body)
  return { ...order, id, ...change }
}

function modified(second: number): { date_modified_gmt: string } {
  return { date_modified_gmt: new Date(at(second)).toISOString().slice(0, 19) }
}

function orderOf(news: { readonly kind: string }): string {
  return 'snapshot' in news ? Object(news.snapshot).order : Object(news).order
}

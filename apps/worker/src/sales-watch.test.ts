import { describe, expect, it } from '@jest/globals'
import { StoreId, type SaleCode } from '@seatkeeper/core'
import type { SaleFinding } from '@seatkeeper/fulfilment'
import { watchSales, type SalesWatchParts } from './sales-watch.ts'

const [one, other] = [StoreId.parse('one'), StoreId.parse('other')]

function aFinding(store: StoreId, code: SaleCode): SaleFinding {
  return { store, product: '1', variation: '0', name: 'A course', sku: null, item: null, code }
}

/** Looks until so many looks ended, well or not; gives what was told. */
async function watch(looks: number, look: SalesWatchParts['look']) {
  const told: unknown[] = []
  const enough = Promise.withResolvers<void>()
  const tell = (...what: readonly unknown[]) => {
    told.push(what)
    if (told.length === looks) enough.resolve()
  }
  const onLooked: SalesWatchParts['onLooked'] = (store, unwell) =>
    tell(
      store,
      unwell.map(({ code }) => code),
    )
  const watching = watchSales({
    stores: [one, other],
    look,
    firstMs: 1,
    everyMs: 1,
    onLooked,
    onFailure: (store) => tell(store, 'failed'),
  })
  await enough.promise
  await watching.close()
  return told.slice(0, looks)
}

describe('watchSales', () => {
  it('tells again and again of what a buyer would not get, and only of that', async () => {
    const told = await watch(4, async function* (store) {
      yield aFinding(store, 'SALE_WELL')
      yield aFinding(store, 'SALE_UNCHECKED')
      if (store === one) yield aFinding(store, 'SALE_CLOSED')
    })
    expect(told).toEqual([
      [one, ['SALE_CLOSED']],
      [other, []],
      [one, ['SALE_CLOSED']],
      [other, []],
    ])
  })

  it('goes on with the others after a shop that fails', async () => {
    const told = await watch(3, async function* (store) {
      if (store === one) throw new Error('away')
      yield aFinding(store, 'SALE_WELL')
    })
    expect(told).toEqual([
      [one, 'failed'],
      [other, []],
      [one, 'failed'],
    ])
  })

  it('ends in the midst of a look', async () => {
    const begun = Promise.withResolvers<void>()
    const watching = watchSales({
      stores: [one],
      look: async function* (_, signal) {
        begun.resolve()
        await new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
        yield aFinding(one, 'SALE_WELL')
      },
      firstMs: 1,
      everyMs: 1,
      onLooked: () => begun.reject(new Error('it ended')),
      onFailure: () => begun.reject(new Error('it failed')),
    })
    await begun.promise
    await expect(watching.close()).resolves.toBeUndefined()
  })
})

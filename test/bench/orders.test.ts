import { describe, expect, it } from '@jest/globals'
import { planSeats } from '@seatkeeper/core'
import { isAuthentic, newsOf } from '@seatkeeper/woocommerce'
import { policy, makeOrders, requestOf, store, type BenchOrder } from './orders.ts'

function planned(order: BenchOrder) {
  expect(isAuthentic(order.body, order.signature, store.webhookSecrets)).toBe(true)
  const news = newsOf({ body: order.body, contentType: 'application/json', topic: 'order.created' }, store)
  return news.kind === 'snapshot' ? planSeats(news.snapshot, policy).claims : []
}

describe('makeOrders', () => {
  it.each([
    ['oneCourse' as const, 1],
    ['twoCoursesAndAShirt' as const, 2],
  ])('makes orders of %s that our ingress would believe and grant', (recording, seats) => {
    const [one, other] = makeOrders(recording, 2).map(planned)
    expect([one?.length, other?.length]).toEqual([seats, seats])
    expect(one?.every(({ access }) => access === 'granted')).toBe(true)
    expect(one?.[0]?.learner).not.toBe(other?.[0]?.learner)
    expect(one?.[0]?.key).not.toBe(other?.[0]?.key)
  })
})

describe('requestOf', () => {
  it('is a whole HTTP request', () => {
    const [order] = makeOrders('oneCourse', 1)
    if (order === undefined) throw new Error('no order was made')
    const [head = '', body] = requestOf(order).toString().split('\r\n\r\n')
    expect(head).toContain(`Content-Length: ${Buffer.byteLength(body ?? '')}`)
    expect(body).toBe(order.body.toString())
  })
})

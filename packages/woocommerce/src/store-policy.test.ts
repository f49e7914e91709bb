import { describe, expect, it } from '@jest/globals'
import { StoreConfig, StoreWebhooks } from './config.ts'
import { policyOf } from './store-policy.ts'

const entry = {
  id: 'bookshop',
  lms: 'campus',
  courseMode: 'verified',
  url: 'https://shop.example.org',
  consumerKey: 'ck_1',
  consumerSecret: 'cs_1',
  webhookSecrets: ['whsec-example'],
}

describe('policyOf', () => {
  it.each([
    [{}, true],
    [{ notes: false }, false],
    [{ notes: false, complete: true }, true],
    [{ notes: false, failedStatus: 'processing' }, true],
  ])('of a store with write-back %j tells the shop: %s', (writeBack, tells) => {
    expect(policyOf(StoreConfig.parse({ ...entry, writeBack })).tells).toBe(tells)
  })

  it('keeps the moment from which orders count', () => {
    expect(policyOf(StoreConfig.parse(entry)).sinceMs).toBeNull()
    expect(policyOf(StoreConfig.parse({ ...entry, since: '2026-01-31' })).sinceMs).toBe(Date.UTC(2026, 0, 31))
  })

  it('keeps how many seats readings may end in an hour', () => {
    expect(policyOf(StoreConfig.parse(entry)).brake).toEqual({ seats: 20, percent: 5 })
    expect(policyOf(StoreConfig.parse({ ...entry, brake: { seats: 3 } })).brake).toEqual({ seats: 3, percent: 5 })
  })

  it('is the same for those who hear of orders and those who read them', () => {
    const settings = { ...entry, since: '2026-01-31', catalogue: { aliases: { now: 'course-v1:A+B+C' } } }
    expect(policyOf(StoreWebhooks.parse(settings))).toEqual(policyOf(StoreConfig.parse(settings)))
  })
})

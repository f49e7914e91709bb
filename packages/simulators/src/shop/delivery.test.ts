import { describe, expect, it } from '@jest/globals'
import { deliveryId, pingRequest, signedRequest, signWebhook } from './delivery.ts'
import { recordingsOf, scenarios, secretOf } from './recordings.fixture.ts'
import type { Webhook } from './state.ts'

const webhook: Webhook = {
  id: 14,
  name: 'order.updated',
  topic: 'order.updated',
  status: 'active',
  deliveryUrl: 'http://127.0.0.1:8899/hooks/woocommerce',
  secret: 'whsec-example-order-updated',
  failures: 0,
  isPingPending: false,
  mayOwnerRead: true,
  createdMs: 0,
  modifiedMs: null,
}

describe('signWebhook', () => {
  const signed = scenarios().filter((scenario) => recordingsOf(scenario).some(({ topic }) => topic !== undefined))

  it.each(signed)('signs every recorded body of scenario %s as the real shop did', (scenario) => {
    const signatures = recordingsOf(scenario).map(({ topic, body, signature }, index) => ({
      ours: topic === undefined ? undefined : signWebhook(secretOf(scenario, index + 1, topic), body),
      theirs: signature,
    }))
    expect(signatures.map(({ ours }) => ours)).toEqual(signatures.map(({ theirs }) => theirs))
  })
})

describe('signedRequest', () => {
  it('has the recorded headers in the recorded order, with every value that is not made up', () => {
    const [recorded] = recordingsOf('02')
    const site = { url: 'http://127.0.0.1:8890', nowMs: 0 }
    const { headers } = signedRequest(webhook, 32, recorded?.body ?? Buffer.alloc(0), site)
    const id = 'X-WC-Webhook-Delivery-ID'
    expect(headers.filter(([name]) => name !== id)).toEqual(recorded?.headers.filter(([name]) => name !== id))
    expect(headers.map(([name]) => name)).toEqual(recorded?.headers.map(([name]) => name))
  })
})

describe('pingRequest', () => {
  it('is the recorded form, unsigned, with its headers in the recorded order', () => {
    const [recorded] = recordingsOf('01')
    const { headers, body } = pingRequest({ ...webhook, id: 13 }, 0)
    expect(headers).toEqual(recorded?.headers)
    expect(body).toEqual(recorded?.body)
  })
})

describe('deliveryId', () => {
  it('is the same for everything one webhook sends within a second', () => {
    expect(deliveryId(14, 1_000)).toBe(deliveryId(14, 1_999))
    expect(deliveryId(14, 1_000)).toMatch(/^[\da-f]{32}$/)
  })

  it('differs between webhooks and between seconds', () => {
    expect(new Set([deliveryId(14, 1_000), deliveryId(14, 2_000), deliveryId(13, 1_000)]).size).toBe(3)
  })
})

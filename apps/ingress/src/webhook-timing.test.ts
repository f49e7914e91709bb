import * as crypto from 'node:crypto'
import { describe, expect, it, jest } from '@jest/globals'
import type { Request, Response } from 'express'

/** Pairs of lengths that were compared in constant time. */
const compared: number[] = []
jest.unstable_mockModule('node:crypto', () => ({
  ...crypto,
  timingSafeEqual: (one: Buffer, other: Buffer) => {
    compared.push(one.length)
    return crypto.timingSafeEqual(one, other)
  },
}))
const { StoreWebhooks } = await import('@seatkeeper/woocommerce')
const { receiveWebhook } = await import('./webhooks.ts')

const secrets = ['whsec-first', 'whsec-second', 'whsec-third']
const sign = (secret: string) => crypto.createHmac('sha256', secret).update('[]').digest('base64')

/** What the time of an answer could tell a stranger is counted, not measured: a busy machine would drown it. */
describe('receiveWebhook', () => {
  it.each([
    ['the first secret signed', 'shop', sign('whsec-first'), 3],
    ['the last secret signed', 'shop', sign('whsec-third'), 3],
    ['nobody signed', 'shop', sign('whsec-of-nobody'), 3],
    ['differs in its first byte only', 'shop', changed(sign('whsec-first'), 0), 3],
    ['differs in its last byte only', 'shop', changed(sign('whsec-first'), 31), 3],
    ['goes to a store with one secret', 'small', sign('whsec-of-nobody'), 1],
    ['goes to no store', 'nowhere', sign('whsec-first'), 1],
  ])('compares as often, and whole, when %s', async (_, store, signature, times) => {
    compared.length = 0
    await receive(store, signature)
    expect(compared).toEqual(Array.from({ length: times }, () => 32))
  })
})

function changed(signature: string, at: number): string {
  const bytes = Buffer.from(signature, 'base64')
  bytes[at] = (bytes[at] ?? 0) ^ 1
  return bytes.toString('base64')
}

async function receive(store: string, signature: string): Promise<void> {
  const entry = { lms: 'campus', courseMode: 'verified' }
  const stores = [
    StoreWebhooks.parse({ ...entry, id: 'shop', webhookSecrets: secrets }),
    StoreWebhooks.parse({ ...entry, id: 'small', webhookSecrets: ['whsec-only'] }),
  ]
  const request = {
    body: Buffer.from('[]'),
    params: { store },
    get: () => undefined,
    headersDistinct: { 'x-wc-webhook-signature': [signature] },
  } as unknown as Request
  const response = { status: () => response, type: () => response, send: () => response } as unknown as Response
  await receiveWebhook({
    stores,
    accept: () => Promise.reject(new Error('no news here')),
    onAnswered: () => undefined,
  })(request, response)
}

import { describe, expect, it } from '@jest/globals'
import { z } from 'zod'
import { StoreConfig, StoreEntry, StoreWebhooks } from './config.ts'

const entry = {
  id: 'bookshop',
  lms: 'campus',
  courseMode: 'verified',
  url: 'https://shop.example.org/',
  consumerKey: `ck_${'1'.padStart(40, '0')}`,
  consumerSecret: `cs_${'1'.padStart(40, '0')}`,
  webhookSecrets: ['whsec-example'],
}

describe('StoreEntry', () => {
  it('fills in what may be left out', () => {
    expect(StoreEntry.parse(entry)).toEqual({
      ...entry,
      url: 'https://shop.example.org',
      allowHttp: false,
      callTimeoutMs: 10_000,
      statuses: { grant: ['processing', 'completed'], withdraw: ['refunded', 'cancelled', 'failed', 'trash'] },
    })
  })

  it.each([
    ['an unknown field', { webhookSecret: 'whsec' }],
    ['an unknown field of statuses', { statuses: { grants: ['completed'] } }],
    ['no course mode', { courseMode: undefined }],
    ['no webhook secret', { webhookSecrets: [] }],
    ['an empty webhook secret', { webhookSecrets: ['whsec-example', ' '] }],
    ['key and secret confused', { consumerKey: entry.consumerSecret }],
    ['credentials in the address', { url: 'https://ada:secret@shop.example.org' }],
    ['a query in the address', { url: 'https://shop.example.org/?rest_route=/' }],
    ['an address that is no web address', { url: 'ftp://shop.example.org' }],
    ['no address', { url: 'shop' }],
    ['plain HTTP to another machine', { url: 'http://shop.example.org' }],
    ['plain HTTP to a name that begins like this machine', { url: 'http://127.0.0.1.example.org' }],
    ['a time limit of nothing', { callTimeoutMs: 0 }],
  ])('refuses %s', (_, change) => {
    expect(StoreEntry.safeParse({ ...entry, ...change }).success).toBe(false)
  })

  it.each([
    ['plain HTTP to this machine', { url: 'http://127.0.0.1:8890' }],
    ['plain HTTP to this machine by name', { url: 'http://localhost' }],
    ['plain HTTP to this machine by IPv6', { url: 'http://[::1]:8890' }],
    ['plain HTTP elsewhere once allowed', { url: 'http://shop.internal', allowHttp: true }],
    [
      'a shop in a folder, with another home',
      { url: 'https://edge.example.org/shop', homeUrl: 'https://example.org/shop' },
    ],
  ])('takes %s', (_, change) => {
    expect(StoreEntry.safeParse({ ...entry, ...change }).success).toBe(true)
  })

  it('never prints a value', () => {
    const secret = 'whsec-very-secret'
    const wrong = {
      ...entry,
      consumerKey: secret,
      consumerSecret: secret,
      url: `https://u:${secret}@shop`,
      id: secret.repeat(9),
    }
    expect(JSON.stringify(StoreEntry.safeParse(wrong).error?.issues)).not.toContain(secret)
  })

  it('says of every field what it is for', () => {
    const { properties } = z.toJSONSchema(StoreEntry, { io: 'input' })
    expect(Object.entries(properties ?? {}).filter(([, field]) => !Object(field).description)).toEqual([])
  })
})

describe('StoreWebhooks', () => {
  it('keeps no credential of the REST API', () => {
    expect(Object.keys(StoreWebhooks.parse(entry)).toSorted()).toEqual([
      'courseMode',
      'id',
      'lms',
      'statuses',
      'webhookSecrets',
    ])
  })

  it('needs no credential of the REST API', () => {
    const { id, lms, courseMode, webhookSecrets } = entry
    expect(StoreWebhooks.safeParse({ id, lms, courseMode, webhookSecrets }).success).toBe(true)
  })
})

describe('StoreConfig', () => {
  it('keeps no webhook secret and needs none', () => {
    const { webhookSecrets, ...rest } = entry
    expect(StoreConfig.parse(rest)).toEqual(StoreConfig.parse({ ...rest, webhookSecrets }))
    expect(StoreConfig.parse(entry)).not.toHaveProperty('webhookSecrets')
  })

  it('refuses plain HTTP to another machine', () => {
    expect(StoreConfig.safeParse({ ...entry, url: 'http://shop.example.org' }).success).toBe(false)
  })
})

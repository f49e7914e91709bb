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

const courseKey = 'course-v1:ExampleU+CS101+2026'

function rule({ course = courseKey, ...target }: { course?: string; sku?: string; product?: number | string }) {
  return { ...(Object.keys(target).length === 0 ? { sku: 'CS101' } : target), items: [{ course }] }
}

describe('StoreEntry', () => {
  it('fills in what may be left out', () => {
    expect(StoreEntry.parse(entry)).toEqual({
      ...entry,
      url: 'https://shop.example.org',
      allowHttp: false,
      brake: { seats: 20, percent: 5 },
      callTimeoutMs: 10_000,
      callsPerMinute: 300,
      reconcileMinutes: 5,
      catalogue: {
        rules: [],
        aliases: {},
        modes: {},
        readProducts: true,
        courseField: '_course_id',
        modeField: '_mode',
      },
      learners: { lineFields: [], orderFields: [] },
      writeBack: { notes: true, complete: false },
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
    ['plain HTTP to what a cloud tells its machines', { url: 'http://169.254.169.254' }],
    ['the same as one number', { url: 'http://2852039166' }],
    ['the same in hexadecimal', { url: 'http://0xa9fea9fe' }],
    ['the same in IPv6', { url: 'http://[::ffff:169.254.169.254]' }],
    ['plain HTTP to any address', { url: 'http://0.0.0.0' }],
    ['plain HTTP to a private network', { url: 'http://10.0.0.1' }],
    ['plain HTTP to a private network in IPv6', { url: 'http://[fd00::1]' }],
    ['a time limit of nothing', { callTimeoutMs: 0 }],
    ['no calls at all', { callsPerMinute: 0 }],
    ['a date that is none', { since: '2026-02-30' }],
    ['a time without a zone', { since: '2026-02-20T10:00:00' }],
    ['a rule for nothing', { catalogue: { rules: [{ items: [] }] } }],
    ['a rule for two things', { catalogue: { rules: [{ sku: 'CS101', product: 11, items: [] }] } }],
    ['two rules for one thing', { catalogue: { rules: [rule({ product: 11 }), rule({ product: '11' })] } }],
    ['a rule for product 0', { catalogue: { rules: [rule({ product: 0 })] } }],
    ['a rule that sells what is no course', { catalogue: { rules: [rule({ sku: 'CS101', course: 'CS101' })] } }],
    ['an alias for what is no course', { catalogue: { aliases: { current: 'CS101' } } }],
    ['a course mode for what is no LMS', { catalogue: { modes: { 'My Campus': 'audit' } } }],
    ['a field path with an open bracket', { learners: { lineFields: ['_alg_wc_pif_global[title=E-mail'] } }],
    ['an empty field path', { learners: { orderFields: [''] } }],
    ['a failure that takes access away', { writeBack: { failedStatus: 'wc-cancelled' } }],
    [
      'a failure that refunds',
      { writeBack: { failedStatus: 'refunded' }, statuses: { grant: ['refunded'], withdraw: [] } },
    ],
    ['a failure that nothing heals out of', { writeBack: { failedStatus: 'enrol-failed' } }],
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
    ['a date', { since: '2026-01-31' }],
    ['a rule by the name of a run', { catalogue: { rules: [rule({ course: 'now' })], aliases: { now: courseKey } } }],
    ['goods that only look like a course', { catalogue: { rules: [{ variation: 12, items: [] }] } }],
    ['the list of a plugin', { learners: { lineFields: ['_alg_wc_pif_global[title=Learner e-mail]._value'] } }],
    [
      'a status for failures',
      { writeBack: { failedStatus: 'wc-enrol-failed' }, statuses: { grant: ['processing', 'enrol-failed'] } },
    ],
  ])('takes %s', (_, change) => {
    expect(StoreEntry.safeParse({ ...entry, ...change }).success).toBe(true)
  })

  it.each([
    ['2026-01-31', Date.UTC(2026, 0, 31)],
    ['2026-01-31T12:00:00+02:00', Date.UTC(2026, 0, 31, 10)],
  ])('reads since %s as a moment', (since, ms) => {
    expect(StoreEntry.parse({ ...entry, since }).since).toBe(ms)
  })

  it('never prints a value', () => {
    const secret = 'whsec-very-secret'
    const wrong = {
      ...entry,
      consumerKey: secret,
      consumerSecret: secret,
      url: `https://u:${secret}@shop`,
      id: secret.repeat(9),
      since: secret,
      publicUrl: secret,
      catalogue: { rules: [rule({ course: secret }), rule({ course: secret })], aliases: { now: secret } },
      learners: { lineFields: [`${secret}[`] },
    }
    expect(JSON.stringify(StoreEntry.safeParse(wrong).error?.issues)).not.toContain(secret)
  })

  it('says of every field what it is for', () => {
    expect(undescribed(z.toJSONSchema(StoreEntry, { io: 'input' }))).toEqual([])
  })
})

describe('StoreWebhooks', () => {
  it('keeps no credential of the REST API', () => {
    expect(Object.keys(StoreWebhooks.parse(entry)).toSorted()).toEqual([
      'brake',
      'catalogue',
      'courseMode',
      'id',
      'learners',
      'lms',
      'statuses',
      'webhookSecrets',
      'writeBack',
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

/** Paths of the settings, nested ones too, that say nothing of themselves. */
function undescribed(schema: z.core.JSONSchema.BaseSchema, path = ''): string[] {
  const own = Object.entries(schema.properties ?? {}).flatMap(([name, field]) => {
    const { description } = Object(field)
    return [...(description ? [] : [`${path}${name}`]), ...undescribed(Object(field), `${path}${name}.`)]
  })
  return schema.items === undefined ? own : [...own, ...undescribed(Object(schema.items), path)]
}

import { describe, expect, it } from '@jest/globals'
import { LmsConfig } from './config.ts'

const given = { id: 'campus', url: 'https://lms.example.org', clientId: 'seatkeeper', clientSecret: 'quite-secret' }

describe('LmsConfig', () => {
  it('fills in what may be left out', () => {
    expect(LmsConfig.parse(given)).toEqual({
      ...given,
      credentials: [],
      callsPerMinute: 100,
      patienceDays: 90,
      callTimeoutMs: 10_000,
      closedCourse: 'refuse',
      lastClaimGone: 'deactivate',
      drift: 'report',
      auditMinutes: 60,
    })
  })

  it('takes policies of the operator', () => {
    const policies = {
      closedCourse: 'force',
      lastClaimGone: { downgradeTo: 'audit' },
      drift: 'repair',
      auditMinutes: 1440,
    }
    expect(LmsConfig.parse({ ...given, ...policies })).toMatchObject(policies)
  })

  it('takes more applications', () => {
    const credentials = [{ clientId: 'more', clientSecret: 'more-secret' }]
    expect(LmsConfig.parse({ ...given, credentials })).toMatchObject({ credentials })
  })

  it.each([
    ['callsPerMinute', 9],
    ['callsPerMinute', 50.5],
    ['credentials', [{ clientId: 'more' }]],
    ['closedCourse', 'ignore'],
    ['lastClaimGone', 'downgrade'],
    ['lastClaimGone', { downgradeTo: 'No Mode' }],
    ['lastClaimGone', { downgradeTo: 'audit', else: 'honor' }],
    ['drift', true],
    ['auditMinutes', 1],
  ])('refuses a policy %s of %j', (name, value) => {
    expect(LmsConfig.safeParse({ ...given, [name]: value }).error?.issues).toMatchObject([
      { path: expect.arrayContaining([name]) },
    ])
  })

  it.each([
    ['https://lms.example.org/', 'https://lms.example.org'],
    ['https://example.org/lms//', 'https://example.org/lms'],
    ['http://localhost:8000', 'http://localhost:8000'],
    ['http://127.0.0.1:8000/', 'http://127.0.0.1:8000'],
    ['http://[::1]:8000', 'http://[::1]:8000'],
    ['http://lms.localhost', 'http://lms.localhost'],
  ])('takes %s as %s', (url, taken) => {
    expect(LmsConfig.parse({ ...given, url }).url).toBe(taken)
  })

  it.each([
    ['http://lms.example.com', /use https/],
    ['http://127.0.0.1.example.org', /use https/],
    ['http://localhost.example.org', /use https/],
    ['http://169.254.169.254', /use https/],
    ['http://0.0.0.0', /use https/],
    ['http://10.0.0.1', /use https/],
    ['http://0xa9fea9fe', /use https/],
    ['http://[::ffff:169.254.169.254]', /use https/],
    ['http://[fd00::1]', /use https/],
    ['ftp://lms.example.org', /use https/],
    ['https://me:quite-secret@lms.example.org', /no user name or password/],
    ['https://lms.example.org?x=1', /leave out/],
    ['https://lms.example.org#x', /leave out/],
    ['lms.example.org', /not an address/],
    ['', /not an address/],
  ])('refuses %s without repeating a secret', (url, reason) => {
    const { error } = LmsConfig.safeParse({ ...given, url })
    expect(error?.issues).toMatchObject([{ path: ['url'], message: expect.stringMatching(reason) }])
    expect(error?.message).not.toContain('quite-secret')
  })

  it('refuses words it does not know', () => {
    expect(LmsConfig.safeParse({ ...given, insecure: true }).success).toBe(false)
  })

  it('describes every field', () => {
    expect(Object.values(LmsConfig.shape).filter(({ description }) => description === undefined)).toEqual([])
  })
})

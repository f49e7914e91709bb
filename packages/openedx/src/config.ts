import { CourseMode, LmsId } from '@seatkeeper/core'
import { z } from 'zod'

const loopbackHost = /^(localhost|.+\.localhost|127(\.\d{1,3}){3}|\[::1\])$/

/**
 * Why an address cannot be an LMS's base address; undefined if it can. Never repeats the address: it may hold a secret.
 */
function objectionTo(address: string): string | undefined {
  const url = URL.parse(address)
  if (url === null) return 'not an address; write it like https://lms.example.org'
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return 'use https'
  if (url.username !== '' || url.password !== '') return 'put no user name or password into the address'
  if (/[?#]/.test(address)) return 'leave out everything from ? or # on'
  if (url.protocol === 'http:' && !loopbackHost.test(url.hostname))
    return 'use https: http would send the client secret and tokens in the clear, so it is taken for loopback hosts only'
  return undefined
}

const BaseAddress = z
  .string()
  .superRefine((address, context) => {
    const message = objectionTo(address)
    if (message !== undefined) context.addIssue({ code: 'custom', message })
  })
  .transform((address) => address.replace(/\/+$/, ''))

/** Of an OAuth2 application at the LMS. */
const Credentials = z.strictObject({
  clientId: z
    .string()
    .min(1)
    .describe('client id of the OAuth2 application at the LMS (grant type: client credentials)'),
  clientSecret: z
    .string()
    .min(1)
    .describe('client secret of that application, whose user must have staff status')
    .meta({ secret: true }),
})
export type Credentials = z.output<typeof Credentials>

/** What the adapter must know of one Open edX LMS. */
export const LmsConfig = z.strictObject({
  id: LmsId.describe('short name of this LMS in queue names, logs and metrics; never changed later'),
  url: BaseAddress.describe('base address of the Open edX LMS (https; http for loopback hosts only)'),
  ...Credentials.shape,
  credentials: z
    .array(Credentials)
    .default([])
    .describe(
      'more OAuth2 applications at this LMS, best each of a staff user of its own: every user adds callsPerMinute',
    ),
  callsPerMinute: z
    .int()
    .min(10)
    .max(1_000_000)
    .default(100)
    .describe(
      'calls to the enrolment API in any minute, of each user behind clientId and credentials; the LMS allows 120',
    ),
  patienceDays: z
    .number()
    .positive()
    .max(365)
    .default(90)
    .describe('how long a buyer without an account at this LMS is waited for, days'),
  callTimeoutMs: z
    .int()
    .min(1000)
    .max(60_000)
    .default(10_000)
    .describe('longest time for one call to the LMS, answer included, milliseconds'),
  closedCourse: z
    .enum(['refuse', 'force'])
    .default('refuse')
    .describe(
      'what becomes of a sale of a course run that is closed or by invitation only: refuse makes it a dead letter, force enrols all the same (never past the capacity)',
    ),
  lastClaimGone: z
    .union([
      z.literal('deactivate'),
      z.strictObject({ downgradeTo: CourseMode.describe('course mode that is left to the learner, such as audit') }),
    ])
    .default('deactivate')
    .describe(
      'what becomes of an enrolment of ours when nothing paid speaks for it any more: deactivate, or downgradeTo a course mode',
    ),
  drift: z
    .enum(['report', 'repair'])
    .default('report')
    .describe('what is done about enrolments that somebody else changed: report them, or repair them'),
  auditMinutes: z
    .int()
    .min(5)
    .max(10_080)
    .default(60)
    .describe('how often all enrolments are compared with what was applied, minutes'),
})
export type LmsConfig = z.output<typeof LmsConfig>

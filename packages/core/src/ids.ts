import { z } from 'zod'

const slug = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,30}$/, 'use lower-case letters, digits and hyphens, starting with a letter')

/** The operator's short name for one Open edX LMS; part of queue names. */
export const LmsId = slug.brand('LmsId')
export type LmsId = z.output<typeof LmsId>

/** The operator's short name for one shop; part of webhook addresses and queue names. */
export const StoreId = slug.brand('StoreId')
export type StoreId = z.output<typeof StoreId>

/** A shop's own number for an order: digits without a leading zero. Unique within its store only. */
export const OrderId = z
  .string()
  .regex(/^[1-9]\d{0,15}$/)
  .brand('OrderId')
export type OrderId = z.output<typeof OrderId>

/** A shop's own number for a line of an order; it stays the same for the life of the line. */
export const LineId = z
  .string()
  .regex(/^[1-9]\d{0,15}$/)
  .brand('LineId')
export type LineId = z.output<typeof LineId>

/** Opaque random id of a seat: 20 characters, letters first, so that job ids are never all digits. */
export const SeatId = z
  .string()
  .regex(/^s[0-9a-z]{19}$/)
  .brand('SeatId')
export type SeatId = z.output<typeof SeatId>

/**
 * What a change of an order is known by, from the news of it to the last attempt that it made: 32 hexadecimal digits, of which the
 * first twelve are the milliseconds since 1970 at which the news came; the shape of a W3C trace id.
 */
export const ChangeId = z
  .string()
  .regex(/^[0-9a-f]{32}$/)
  .brand('ChangeId')
export type ChangeId = z.output<typeof ChangeId>

/** When the news of a change came, milliseconds since 1970. */
export function changedAtMs(change: ChangeId): number {
  return Number.parseInt(change.slice(0, 12), 16)
}

/**
 * The key of one course run, `course-v1:Org+Course+Run`.
 *
 * Each part is letters and digits of any script and `-_.~:`; no part may consist of dots only, so a key is never a path.
 * Compared exactly: a letter written as two characters, such as an accent behind its letter, is refused, as by the LMS.
 *
 * @see edx opaque-keys, `opaque_keys/edx/locator.py`, `CourseLocator`
 */
export const CourseKey = z
  .string()
  .max(255)
  .regex(/^course-v1:(?!\.+\+)[\p{L}\p{N}_.~:-]+\+(?!\.+\+)[\p{L}\p{N}_.~:-]+\+(?!\.+$)[\p{L}\p{N}_.~:-]+$/u)
  .brand('CourseKey')
export type CourseKey = z.output<typeof CourseKey>

/** A course mode's slug at the LMS, such as `audit` or `verified`. */
export const CourseMode = z
  .string()
  .regex(/^[a-z][a-z-]{0,49}$/)
  .brand('CourseMode')
export type CourseMode = z.output<typeof CourseMode>

/** A learner's name at the LMS, in the LMS's own spelling. */
export const Username = z
  .string()
  .regex(/^[^\s/,]{1,150}$/)
  .brand('Username')
export type Username = z.output<typeof Username>

/**
 * An e-mail address as we compare it: trimmed and lower-cased, at most 254 characters.
 *
 * Control characters, spaces and commas are refused, so an address can end neither a header line nor a list.
 */
export const EmailAddress = z
  .string()
  .max(320)
  .transform((address) => address.trim().toLowerCase())
  .refine(
    (address) => address.length <= 254 && /^[^\s@,;<>"\p{Cc}]+@[^\s@,;<>"\p{Cc}]+\.[^\s@.,;<>"\p{Cc}]+$/u.test(address),
    {
      message: 'not an e-mail address',
    },
  )
  .brand('EmailAddress')
export type EmailAddress = z.output<typeof EmailAddress>

/** One order of one store. */
export interface OrderRef {
  readonly store: StoreId
  readonly order: OrderId
}

import { createHash } from 'node:crypto'
import { failures, type ChangeId, type OrderRef } from '@seatkeeper/core'
import type { CourseOutcome, CourseState, ShopOutcome } from './shop-outcome.ts'

/** What an outcome is remembered by: equal outcomes have equal digests, whatever our words for them are today. */
export function digestOf({ courses, openSeats, failure }: ShopOutcome): string {
  const words = courses.map(({ course, mode, state, code, units }) => [course, mode, state, code, units])
  return createHash('sha256')
    .update(JSON.stringify([words, openSeats, failure]))
    .digest('base64url')
}

/** By what a note is found: its number at the shop, and in our logs the change that it speaks of. */
export interface NoteNames {
  readonly number: number
  readonly change: ChangeId | null
}

/**
 * The note that tells a shop's staff of an outcome. Names no person; begins with its number, by which it is found. One that tells of a
 * failure names the change, for whoever looks further.
 */
export function noteText(outcome: ShopOutcome, { store, order }: OrderRef, { number, change }: NoteNames): string {
  const { courses, openSeats, failure } = outcome
  const lines = [
    ...courses.map(lineOf),
    ...(openSeats > 0 ? [`Paid and nobody’s yet: ${openSeats}`] : []),
    ...(failure === null ? [] : [`This order: ${failure}. ${failures[failure].advice}`]),
  ]
  const said = lines.length > 0 ? lines : ['Nothing of this order is a course any more.']
  const reference = change !== null && namesFailure(outcome) ? `, change ${change}` : ''
  const end = `(seatkeeper ${store}/${order} #${number}${reference})`
  return [`${beginning(number)} what became of this order`, ...said, end].join('\n')
}

function namesFailure({ courses, failure }: ShopOutcome): boolean {
  return failure !== null || courses.some(({ code }) => code !== null)
}

/** Whether a note is ours, of this number. */
export function isNote(text: string, number: number): boolean {
  return text.trimStart().startsWith(beginning(number))
}

/** The colon ends the number: 3 is not found in 31. */
function beginning(number: number): string {
  return `Seatkeeper #${number}:`
}

function lineOf({ course, mode, state, code, units }: CourseOutcome): string {
  const what = code === null ? words[state] : `${words[state]}, ${code}. ${failures[code].advice}`
  return `${units} × ${course} (${mode}): ${what}`
}

const words: Readonly<Record<CourseState, string>> = {
  enrolled: 'enrolled',
  ended: 'access ended',
  kept: 'no longer through this order; something else still gives access',
  'not-registered': 'waiting, the learner has no account at the LMS yet',
  'opens-later': 'waiting, the course opens for enrolment later',
  waiting: 'waiting',
  denied: 'refused by an operator',
  different: 'left alone, the LMS holds another enrolment of this learner',
  failed: 'failed',
}

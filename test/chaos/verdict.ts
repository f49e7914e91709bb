import { givesTheSame, noEnrolment, type EmailAddress, type Enrolment } from '@seatkeeper/core'
import { rowKey, type ModelLms } from './model-lms.ts'
import type { ModelOrder } from './model-order.ts'
import { personOf, rowFor, wishesOf, type Rises, type Wishes } from './oracle.ts'
import type { Person } from './story.ts'

/** How a story went: what the shop holds now, who there is, and what the LMS was made to be. */
export interface Judged {
  readonly orders: readonly ModelOrder[]
  readonly people: readonly Person[]
  readonly lms: ModelLms
  readonly rises: Rises
  /** What the calls of the LMS were about that were made when nobody waited for them any more. */
  readonly strays: readonly unknown[]
}

/** Rows and invitations that are not as the orders say, in words; of all people and course runs, or of some. */
export function wrongSeats(judged: Judged, isJudged: (key: string) => boolean = () => true): readonly string[] {
  const wishes = wishesOf(judged.orders)
  const { rows } = judged.lms
  const keys = new Set([...wishes.keys(), ...rows.keys(), ...[...judged.lms.invitations].map(seatOfInvitation)])
  const people = new Map(judged.people.map((person) => [person.name, person]))
  return [...keys].filter(isJudged).flatMap((key) => {
    const person = people.get(key.split(' ')[0] ?? '')
    if (person === undefined) return [`${key} is nobody's`]
    const [is, must] =
      person.registersMs === null ? invitationOf(judged, key, wishes) : rowOf(judged, { key, person }, wishes)
    return is === must ? [] : [`${key} is ${is}, must be ${must}`]
  })
}

function rowOf({ lms }: Judged, { key, person }: { key: string; person: Person }, wishes: Wishes): [string, string] {
  const before = [...person.before].find(([course]) => rowKey(person.name, course) === key)?.[1]
  return [inWords(lms.rows.get(key)?.enrolment ?? noEnrolment), inWords(rowFor(wishes.get(key) ?? [], before))]
}

/** Whoever has no account is invited, and to nothing else. */
function invitationOf({ lms }: Judged, key: string, wishes: Wishes): [string, string] {
  const isInvited = [...lms.invitations].some((invitation) => seatOfInvitation(invitation) === key)
  return [isInvited ? 'invited' : 'not invited', wishes.has(key) ? 'invited' : 'not invited']
}

function seatOfInvitation(invitation: string): string {
  const [address, course = ''] = invitation.split(' ')
  return rowKey(personOf(address as EmailAddress), course)
}

function inWords({ isActive, mode }: Enrolment): string {
  return isActive ? `${mode}` : 'not active'
}

/**
 * Rows that we activated more often than an order came to want them.
 *
 * Exact, kills included: whoever takes over from the dead reads the row before writing. Only a write that was made when
 * nobody waited for it any more may have to be undone, so each of them allows one activation more.
 */
export function flappingRows({ lms, rises, strays }: Judged): readonly string[] {
  const activations = lms.writes.filter(({ before, after }) => !before.isActive && after.isActive)
  const byRow = Map.groupBy(activations, ({ key }) => key)
  const late = straysByRow(strays)
  return [...byRow].flatMap(([key, { length }]) => {
    const allowed = rises.of(key) + (late.get(key) ?? 0)
    return length > allowed ? [`${key} was activated ${length} times, at most ${allowed} of them wanted`] : []
  })
}

/** Writes that changed nothing, of rows that no late write meddled with. */
export function idleWrites({ lms, strays }: Judged): readonly string[] {
  const late = straysByRow(strays)
  return lms.writes
    .filter(({ key, before, after }) => !late.has(key) && givesTheSame(before, after))
    .map(({ key }) => key)
}

function straysByRow(strays: readonly unknown[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const stray of strays) {
    const { username, course } = stray as { username?: string; course: string }
    if (username !== undefined) counts.set(rowKey(username, course), (counts.get(rowKey(username, course)) ?? 0) + 1)
  }
  return counts
}

import {
  enrollSeat,
  isClaimOf,
  isEntitled,
  itemId,
  JobFailure,
  noEnrolment,
  toFailure,
  wanted,
  type Account,
  type Enrolment,
  type EnrolmentWrite,
  type JobData,
  type Ledger,
  type Outcome,
  type Seat,
  type SeatId,
} from '@seatkeeper/core'
import { carryOut } from './carry-out.ts'
import { converge, leaseGraceMs } from './converge.ts'
import type { Hand, SettleSeatParts } from './hand.ts'
import { nextLookMs } from './patience.ts'
import { moveByPolicy } from './seat-policy.ts'
import { writeInvitation } from './write-row.ts'

/** What a seat is expected to ask of the LMS that counts against its limit: a row to write, and one to read with others. */
export const callsPerSeat = { calls: 1, shared: 1 } as const

/**
 * Makes the LMS agree with what is wanted of one seat, as it stands when the seat's turn comes.
 *
 * Reads before it writes, writes only what differs, and reads back whenever an answer leaves open what happened. Safe
 * to run twice, in any order and side by side: the lease admits one, and the ledger decides what is current.
 */
export function settleSeat(parts: SettleSeatParts) {
  return (
    { seat, lms }: JobData<typeof enrollSeat>,
    { signal }: { readonly signal: AbortSignal },
  ): Promise<Outcome> => {
    const id = itemId({ kind: 'seat', lms, seat })
    return converge(parts.ledger, { id, leaseMs: enrollSeat.deadlineMs + leaseGraceMs }, async (lease, status) => {
      const now = await theSeat(parts.ledger, seat)
      if (now.id !== seat) return { status: 'superseded' }
      return settle({ ...parts, seat: now, lease, wasWaiting: status === 'waiting', signal })
    })
  }
}

async function theSeat(ledger: Ledger, id: SeatId): Promise<Seat> {
  const seat = await ledger.readSeat(id)
  if (seat === undefined)
    throw new JobFailure('UNEXPECTED', `the agenda names seat ${id}, which the ledger does not have`)
  return seat
}

async function settle(hand: Hand): Promise<Outcome> {
  const { seat, lms, signal } = hand
  if (isUntouched(seat)) return { status: 'unchanged' }
  if (seat.account !== null) return settleBound(hand, seat.account)
  const account = await lms.findAccount(seat.email, signal)
  return account === undefined ? settleWithoutAccount(hand) : settleAccount(hand, account)
}

/** Nothing was done at the LMS, and nothing has to be. */
function isUntouched({ claims, baseline, invited }: Seat): boolean {
  return baseline === null && !invited && claims.every(({ access }) => access === 'withdrawn')
}

/** The learner has no account: ask the LMS to enrol the address once it registers, and look again later. */
async function settleWithoutAccount(hand: Hand): Promise<Outcome> {
  const { seat, ledger, patience } = hand
  if (!isEntitled(seat)) return takeInvitationBack(hand)
  if (!seat.invited || !hand.wasWaiting) await inviteLearner(hand)
  const nowMs = await ledger.nowMs()
  const lookMs = nextLookMs(patience, nowMs - (seat.waitingSinceMs ?? nowMs))
  if (lookMs === null)
    throw new JobFailure('LEARNER_NOT_REGISTERED', 'no account appeared within the patience of this LMS')
  return { status: 'waiting', reason: 'no-account', untilMs: nowMs + lookMs }
}

/**
 * Noted before, so that what comes of it counts as ours: that it is noted does not mean that it was made. And after, because
 * somebody may have taken over and noted that there is none.
 */
async function inviteLearner(hand: Hand): Promise<void> {
  const { seat, ledger, lms, signal } = hand
  await ledger.recordInvitation(seat.id, true)
  await writeInvitation(hand, (invitation) => lms.invite(invitation, signal))
  await ledger.recordInvitation(seat.id, true)
}

/** After an invitation is gone the account is looked up once more: it may have appeared, and been enrolled, just before. */
async function takeInvitationBack(hand: Hand): Promise<Outcome> {
  const { seat, lms, signal } = hand
  if (!seat.invited) return { status: 'unchanged' }
  await writeInvitation(hand, (invitation) => lms.withdrawInvitation(invitation, signal))
  const account = await lms.findAccount(seat.email, signal)
  if (account !== undefined) return settleAccount(hand, account)
  await hand.ledger.recordInvitation(seat.id, false)
  return { status: 'applied' }
}

/**
 * An account's name that the LMS does not know any more was changed, or retired: the address is looked up once more.
 *
 * Where that finds no other name the failure stays, and a replay asks again.
 */
async function settleBound(hand: Hand, account: Account): Promise<Outcome> {
  const { lms, seat, signal } = hand
  try {
    return await settleAccount(hand, account)
  } catch (error) {
    if (toFailure(error).code !== 'LEARNER_NOT_REGISTERED') throw error
    const found = await lms.findAccount(seat.email, signal)
    if (found === undefined || found.username === account.username) throw error
    return settleRenamed(hand, found)
  }
}

async function settleRenamed(hand: Hand, found: Account): Promise<Outcome> {
  if (await joinsAnother(hand, found)) return { status: 'superseded' }
  return settleAccount({ ...hand, seat: await theSeat(hand.ledger, hand.seat.id) }, found)
}

/** Rows are never deleted: where one was and is no more, the name may have changed, and an old name reads as no row. */
async function newNameOf(
  { seat, lms, signal }: Hand,
  account: Account,
  current: Enrolment,
): Promise<Account | undefined> {
  const hasVanished = current.mode === null && seat.applied !== null && seat.applied.mode !== null
  const found = hasVanished ? await lms.findAccount(seat.email, signal) : undefined
  return found?.id === account.id && found.username !== account.username ? found : undefined
}

async function settleAccount(hand: Hand, account: Account): Promise<Outcome> {
  const { lms, policy, signal } = hand
  if (hand.seat.account === null && (await joinsAnother(hand, account))) return { status: 'superseded' }
  if (hand.seat.invited && !isEntitled(hand.seat)) await lms.withdrawInvitation(hand.seat, signal)
  const current = await lms.readEnrolment(account.username, hand.seat.course, signal)
  const renamed = await newNameOf(hand, account, current)
  if (renamed !== undefined) return settleRenamed(hand, renamed)
  const seat = { ...hand.seat, account, baseline: await keepBaseline(hand, current) }
  const move = moveByPolicy(seat, current, policy)
  if (move.kind === 'none') return leave({ ...hand, seat }, current)
  if (move.kind === 'foreign')
    throw new JobFailure('LMS_ENROLMENT_FOREIGN', 'the row has a mode that is not ours to end')
  const { isActive, mode } = move
  const write = { username: account.username, course: seat.course, isActive, mode, ...originOf(seat, current) }
  return carryOut({ ...hand, seat }, write, current)
}

/** Which order a new row comes from; nothing for a row that is there already. */
function originOf({ orders, claims }: Seat, { mode }: Enrolment): Pick<EnrolmentWrite, 'order'> {
  const order = orders.find((ref) => claims.some((claim) => claim.access === 'granted' && isClaimOf(ref, claim.key)))
  return order === undefined || mode !== null ? {} : { order }
}

/** Keeps whose seat it is. True if the account has another seat in this course run: all of this one's claims went there. */
async function joinsAnother({ seat, ledger, wake }: Hand, account: Account): Promise<boolean> {
  const { result, wakeUps } = await ledger.bindAccount(seat.id, account)
  await wake(wakeUps)
  return result === 'merged'
}

/** What the learner had before us, kept before our first write. A row that our invitation may have made is not theirs. */
async function keepBaseline({ seat, ledger }: Hand, current: Enrolment): Promise<Enrolment> {
  if (seat.baseline !== null) return seat.baseline
  const baseline = seat.invited ? noEnrolment : current
  await ledger.recordBaseline(seat.id, baseline)
  return baseline
}

/** The row stays as it is. What others gave beyond what we want is not recorded: it would count as ours. */
async function leave({ seat, ledger }: Hand, current: Enrolment): Promise<Outcome> {
  const goal = wanted(seat.claims, seat.baseline ?? noEnrolment)
  const isTheirs = current.isActive && goal.isActive && current.mode !== goal.mode
  if (!isTheirs) await ledger.recordApplied(seat.id, current)
  return { status: 'unchanged' }
}

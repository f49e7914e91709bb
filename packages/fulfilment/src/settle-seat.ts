import {
  enrollSeat,
  givesTheSame,
  isEntitled,
  itemId,
  JobFailure,
  nextMove,
  noEnrolment,
  toFailure,
  wanted,
  type Account,
  type Enrolment,
  type JobData,
  type Lease,
  type Ledger,
  type Lms,
  type Outcome,
  type Seat,
  type SeatId,
  type WakeUp,
} from '@seatkeeper/core'
import { converge, leaseGraceMs } from './converge.ts'
import { nextLookMs, type Patience } from './patience.ts'

export interface SettleSeatParts {
  readonly ledger: Ledger
  readonly lms: Lms
  readonly patience: Patience
  readonly wake: (wakeUps: readonly WakeUp[]) => Promise<void>
}

/** One seat in hand: everything a step needs. */
interface Hand extends SettleSeatParts {
  readonly seat: Seat
  readonly lease: Lease
  readonly signal: AbortSignal
}

const unknownFateMs = 60_000

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
    return converge(parts.ledger, { id, leaseMs: enrollSeat.deadlineMs + leaseGraceMs }, async (lease) => {
      const now = await theSeat(parts.ledger, seat)
      return now.id === seat ? settle({ ...parts, seat: now, lease, signal }) : { status: 'superseded' }
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
  if (seat.claims.every(({ access }) => access === 'withdrawn') && seat.baseline === null && !seat.invited)
    return { status: 'unchanged' }
  const account = seat.account ?? (await lms.findAccount(seat.email, signal))
  return account === undefined ? settleWithoutAccount(hand) : settleAccount(hand, account)
}

/** The learner has no account: ask the LMS to enrol the address once it registers, and look again later. */
async function settleWithoutAccount(hand: Hand): Promise<Outcome> {
  const { seat, ledger, lms, patience, lease, signal } = hand
  if (!isEntitled(seat)) return takeInvitationBack(hand)
  if (!seat.invited) {
    await ledger.recordInvitation(seat.id, true)
    await lease.assertHeld()
    await lms.invite(seat, signal)
  }
  const nowMs = await ledger.nowMs()
  const lookMs = nextLookMs(patience, nowMs - (seat.waitingSinceMs ?? nowMs))
  if (lookMs === null)
    throw new JobFailure('LEARNER_NOT_REGISTERED', 'no account appeared within the patience of this LMS')
  return { status: 'waiting', reason: 'no-account', untilMs: nowMs + lookMs }
}

/** After an invitation is gone the account is looked up once more: it may have appeared, and been enrolled, just before. */
async function takeInvitationBack(hand: Hand): Promise<Outcome> {
  const { seat, lms, lease, signal } = hand
  if (!seat.invited) return { status: 'unchanged' }
  await lease.assertHeld()
  await lms.withdrawInvitation(seat, signal)
  const account = await lms.findAccount(seat.email, signal)
  if (account !== undefined) return settleAccount(hand, account)
  await hand.ledger.recordInvitation(seat.id, false)
  return { status: 'applied' }
}

async function settleAccount(hand: Hand, account: Account): Promise<Outcome> {
  const { ledger, lms, signal } = hand
  if (hand.seat.account === null && (await joinsAnother(hand, account))) return { status: 'superseded' }
  if (hand.seat.invited && !isEntitled(hand.seat)) await lms.withdrawInvitation(hand.seat, signal)
  const current = await lms.readEnrolment(account.username, hand.seat.course, signal)
  const seat = { ...hand.seat, account, baseline: await keepBaseline(hand, current) }
  const move = nextMove(seat, current)
  if (move.kind === 'foreign') {
    throw new JobFailure('LMS_ENROLMENT_FOREIGN', 'the row has a mode that is not ours to end')
  }
  if (move.kind === 'write') await write({ ...hand, seat }, account, { isActive: move.isActive, mode: move.mode })
  const now = move.kind === 'write' ? { isActive: move.isActive, mode: move.mode } : current
  if (givesTheSame(now, wanted(seat.claims, seat.baseline))) await ledger.recordApplied(seat.id, now)
  return { status: move.kind === 'write' ? 'applied' : 'unchanged' }
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

type Written = Enrolment & { readonly mode: NonNullable<Enrolment['mode']> }

/** Writes one row; where that fails in any way, the row itself says whether it was done all the same. */
async function write(hand: Hand, { username }: Account, asked: Written): Promise<void> {
  const { seat, lms, lease, signal } = hand
  await lease.assertHeld()
  try {
    await lms.writeEnrolment({ username, course: seat.course, ...asked }, signal)
  } catch (error) {
    await readBack(hand, { username, wanted: asked, failure: toFailure(error) })
  }
}

interface Doubt {
  readonly username: Account['username']
  readonly wanted: Enrolment
  readonly failure: JobFailure
}

/** Resolves if the write was made; else throws its failure, and where its fate stays open has the seat looked at again. */
async function readBack(hand: Hand, { username, wanted: asked, failure }: Doubt): Promise<void> {
  const { seat, lms, ledger, signal } = hand
  const row = await lms.readEnrolment(username, seat.course, signal).catch(() => undefined)
  if (row !== undefined && givesTheSame(row, asked)) return
  if (row === undefined || mayStillLand.has(failure.code)) {
    await ledger.recheckLater(itemId({ kind: 'seat', lms: seat.lms, seat: seat.id }), unknownFateMs)
  }
  throw failure
}

/** Failures after which a write that is not there yet may still come through. */
const mayStillLand: ReadonlySet<string> = new Set(['LMS_OUTCOME_UNKNOWN', 'LMS_UNREACHABLE', 'LMS_ERROR', 'UNEXPECTED'])

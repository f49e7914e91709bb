import { givesTheSame, itemId, toFailure, type EnrolmentWrite, type JobFailure } from '@seatkeeper/core'
import type { Hand } from './hand.ts'

const unknownFateMs = 60_000

/** Failures after which a write that is not there yet may still come through. */
const mayStillLand: ReadonlySet<string> = new Set(['LMS_OUTCOME_UNKNOWN', 'LMS_UNREACHABLE', 'LMS_ERROR', 'UNEXPECTED'])

/**
 * Writes one row, noted as ours before; where that fails in any way, the row itself says whether it was done all the same.
 *
 * @throws JobFailure the write's own, if it was not made; where its fate stays open, the seat is looked at again.
 */
export async function writeRow(hand: Hand, write: EnrolmentWrite): Promise<void> {
  await hand.ledger.recordAttempt(hand.seat.id, { isActive: write.isActive, mode: write.mode })
  await hand.lease.assertHeld()
  try {
    await hand.lms.writeEnrolment(write, hand.signal)
  } catch (error) {
    await readBack(hand, write, toFailure(error))
  }
}

async function readBack(hand: Hand, write: EnrolmentWrite, failure: JobFailure): Promise<void> {
  const { lms, signal } = hand
  const row = await lms.readEnrolment(write.username, write.course, signal).catch(() => undefined)
  if (row !== undefined && givesTheSame(row, write)) return
  if (row === undefined || mayStillLand.has(failure.code)) await lookAgain(hand)
  throw failure
}

function lookAgain({ seat, ledger }: Hand): Promise<void> {
  return ledger.recheckLater(itemId({ kind: 'seat', lms: seat.lms, seat: seat.id }), unknownFateMs)
}

/** Makes or withdraws an invitation. @throws JobFailure; where its fate stays open, the seat is looked at again. */
export async function writeInvitation(hand: Hand, write: (seat: Hand['seat']) => Promise<void>): Promise<void> {
  await hand.lease.assertHeld()
  try {
    await write(hand.seat)
  } catch (error) {
    if (mayStillLand.has(toFailure(error).code)) await lookAgain(hand)
    throw error
  }
}

import {
  isEntitled,
  toFailure,
  type Enrolment,
  type EnrolmentWrite,
  type JobFailure,
  type Outcome,
} from '@seatkeeper/core'
import type { Hand } from './hand.ts'
import { writeRow } from './write-row.ts'

/** The LMS's clock may be that much behind the ledger's. */
const clockSlackMs = 60_000
/** An opening may be moved, so it is asked for again after this. */
const longestWaitMs = 24 * 3_600_000

/**
 * Writes one row, as far as the LMS and the operator's policy let us, and records it as applied.
 *
 * A course run that opens later is waited for; one that is closed is forced, once, where the policy says so. A mode to
 * downgrade to that the course run does not offer ends the enrolment instead: a refund never leaves what was paid for.
 */
export async function carryOut(hand: Hand, write: EnrolmentWrite, current: Enrolment): Promise<Outcome> {
  try {
    return await writeAndRecord(hand, write)
  } catch (error) {
    const refusal = toFailure(error)
    const isDowngrade = write.isActive && !isEntitled(hand.seat) && hand.seat.baseline?.isActive !== true
    if (refusal.code === 'LMS_MODE_UNAVAILABLE' && isDowngrade && current.mode !== null)
      return writeAndRecord(hand, { ...write, isActive: false, mode: current.mode })
    if (refusal.code === 'LMS_ENROLMENT_REFUSED' && write.isActive) return enrolIntoClosed(hand, write, refusal)
    throw refusal
  }
}

async function writeAndRecord(hand: Hand, write: EnrolmentWrite): Promise<Outcome> {
  await writeRow(hand, write)
  await hand.ledger.recordApplied(hand.seat.id, { isActive: write.isActive, mode: write.mode })
  return { status: 'applied' }
}

async function enrolIntoClosed(hand: Hand, write: EnrolmentWrite, refusal: JobFailure): Promise<Outcome> {
  const nowMs = await hand.ledger.nowMs()
  const openMs = ((await openingOf(hand)) ?? 0) + clockSlackMs
  if (openMs > nowMs)
    return { status: 'waiting', reason: 'enrolment-opens-later', untilMs: Math.min(openMs, nowMs + longestWaitMs) }
  if (hand.policy.closedCourse !== 'force') throw refusal
  return writeAndRecord(hand, { ...write, isForced: true })
}

/** Null also where the LMS cannot tell; a failure that passes by itself is thrown, because the question stays open. */
async function openingOf({ lms, seat, signal }: Hand): Promise<number | null> {
  try {
    return await lms.readOpening(seat.course, signal)
  } catch (error) {
    const { verdict } = toFailure(error)
    if (verdict === 'permanent' || verdict === 'misconfigured') return null
    throw error
  }
}

import { SeatId, type AppliedSeat, type Drift, type Enrolment, type LmsId, type WakeUp } from '@seatkeeper/core'
import { readAccepted } from './orders.ts'
import type { LedgerParts } from './scripts.ts'
import { readSeat } from './seats.ts'

/** What the audit of an LMS asks. */
export interface Audit {
  /** Some of the seats to which something was applied; a seat may come twice while the cursor goes round. */
  appliedSeats(
    lms: LmsId,
    cursor: string | null,
    limit: number,
  ): Promise<{ readonly seats: readonly AppliedSeat[]; readonly next: string | null }>
  /** Keeps findings in timelines, the same once, except of seats that have moved since; gives of which seats they are. */
  noteDrift(drifts: readonly Drift[]): Promise<readonly SeatId[]>
  /** Makes settled seats due again; others have work under way. */
  bumpSeats(seats: readonly SeatId[], reason: string): Promise<readonly WakeUp[]>
}

/** The audit's side of the ledger. Key: `applied:<lms>` (set of seats). */
export function createAudit(parts: LedgerParts): Audit {
  const { redis, run, prefix } = parts
  return {
    appliedSeats: async (lms, cursor, limit) => {
      const [next, ids] = await redis.sscan(`${prefix}applied:${lms}`, cursor ?? '0', 'COUNT', limit)
      const seats = await Promise.all(ids.map((id) => readApplied(parts, SeatId.parse(id))))
      return { seats: seats.filter((seat) => seat !== undefined), next: next === '0' ? null : next }
    },
    noteDrift: async (drifts) => {
      const kept = await Promise.all(
        drifts.map((drift) => run('noteDrift', drift.seat, drift.generation, inWords(drift))),
      )
      return drifts.filter((_, index) => kept[index] === 1).map(({ seat }) => seat)
    },
    bumpSeats: async (seats, reason) => {
      const bumped = await Promise.all(seats.map((seat) => run('bumpSeat', seat, reason)))
      return bumped.flatMap((answer) => readAccepted(['bumped', 'left'], answer).wakeUps)
    },
  }
}

async function readApplied({ redis, prefix }: LedgerParts, id: SeatId): Promise<AppliedSeat | undefined> {
  const [seat, status] = await Promise.all([
    readSeat(redis, prefix, id),
    redis.hget(`${prefix}item:seat-${id}`, 'status'),
  ])
  if (seat === undefined || seat.id !== id || seat.account === null || seat.applied === null) return undefined
  if (status !== 'due' && status !== 'waiting' && status !== 'settled' && status !== 'dead') return undefined
  const { course, applied, claims, generation } = seat
  const isDenied = claims.some(({ access }) => access === 'denied')
  return { id, username: seat.account.username, course, applied, isDenied, status, generation }
}

function inWords({ applied, found }: Drift): string {
  return `applied ${nameOf(applied)}, found ${nameOf(found)}`
}

function nameOf({ isActive, mode }: Enrolment): string {
  return isActive ? (mode ?? 'active') : 'inactive'
}

import {
  isEntitled,
  LmsId,
  wanted,
  worthOfMode,
  type Claim,
  type CourseMode,
  type Enrolment,
  type ItemStatus,
  type SeatId,
} from '@seatkeeper/core'
import type { ChainableCommander } from 'ioredis'
import { z } from 'zod'
import type { RedisClient } from './redis-client.ts'
import { scanSeats, type SeatsPage } from './scan-seats.ts'
import { Enrolment as EnrolmentFields, parsedFrom, readClaim } from './seats.ts'

/** What is wrong between what a shop was paid and what the LMS was verified to have. */
export const imbalanceKinds = ['paid-but-not-enrolled', 'refunded-but-enrolled'] as const
export type ImbalanceKind = (typeof imbalanceKinds)[number]

/** One seat that is not, or not yet, as it was paid for, and where its item stands. */
export interface ImbalancedSeat {
  readonly seat: SeatId
  readonly lms: LmsId
  readonly kind: ImbalanceKind
  readonly status: ItemStatus
}

/** Which seats to look at, and by what they count. */
export interface BalancePage extends SeatsPage {
  /** The best mode that a learner keeps when nothing paid speaks for the seat any more, by LMS; none where none is named. */
  readonly kept: ReadonlyMap<LmsId, CourseMode>
}

/** What the count of imbalances asks. */
export interface Balance {
  /** The imbalanced ones among some of all seats; a seat may come twice while the cursor goes round. */
  imbalancedSeats(
    page: BalancePage,
  ): Promise<{ readonly seats: readonly ImbalancedSeat[]; readonly next: string | null }>
}

interface Parts {
  readonly redis: RedisClient
  readonly prefix: string
}

/** The count's side of the ledger. */
export function createBalance({ redis, prefix }: Parts): Balance {
  return {
    imbalancedSeats: async (page) => {
      const { seats, next } = await scanSeats(redis, prefix, page)
      const standings = await Promise.all(seats.map((id) => readStanding(redis.multi(), prefix, id)))
      const found = standings.flatMap((standing) => (standing === undefined ? [] : imbalancesOf(standing, page.kept)))
      return { seats: found, next }
    },
  }
}

interface Standing {
  readonly seat: SeatId
  readonly lms: LmsId
  readonly status: ItemStatus
  readonly claims: readonly Claim[]
  readonly baseline: Enrolment | null
  readonly applied: Enrolment | null
}

function imbalancesOf(standing: Standing, kept: BalancePage['kept']): readonly ImbalancedSeat[] {
  const { seat, lms, status } = standing
  const kind = imbalanceOf(standing, kept.get(lms))
  return kind === undefined ? [] : [{ seat, lms, kind, status }]
}

/**
 * What is wrong with a seat, if anything is.
 *
 * Pure. A denied seat counts as refunded. What the learner had before us, and up to what the operator lets everybody
 * keep, is no imbalance.
 */
function imbalanceOf(seat: Standing, kept: CourseMode | undefined): ImbalanceKind | undefined {
  const { claims, baseline, applied } = seat
  const isActive = applied?.isActive === true
  if (isEntitled(seat)) return isActive ? undefined : 'paid-but-not-enrolled'
  if (!isActive || wanted(claims, baseline ?? undefined).isActive) return undefined
  const isDenied = claims.some(({ access }) => access === 'denied')
  const isKept = kept !== undefined && applied.mode !== null && worthOfMode(applied.mode) <= worthOfMode(kept)
  return isKept && !isDenied ? undefined : 'refunded-but-enrolled'
}

const Row = z.tuple([
  z.tuple([
    LmsId.nullable(),
    parsedFrom(EnrolmentFields).nullable(),
    parsedFrom(EnrolmentFields).nullable(),
    z.string().nullable(),
  ]),
  z.record(z.string(), z.string()),
  z.enum(['due', 'waiting', 'settled', 'dead']).nullable(),
])

/** One seat with its item, of one moment; undefined if it is gone or was merged into another. Reads no address and no account. */
async function readStanding(step: ChainableCommander, prefix: string, id: SeatId): Promise<Standing | undefined> {
  const key = `${prefix}seat:${id}`
  step.hmget(key, 'lms', 'baseline', 'applied', 'alias').hgetall(`${key}:claims`)
  const answers = await step.hget(`${prefix}item:seat-${id}`, 'status').exec()
  const [[lms, baseline, applied, alias], claimTexts, status] = Row.parse(answers?.map(([, answer]) => answer))
  if (lms === null || alias !== null || status === null) return undefined
  const claims = Object.entries(claimTexts).map(([claim, text]) => readClaim(claim, text))
  return { seat: id, lms, status, claims, baseline, applied }
}

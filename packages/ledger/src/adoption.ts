import {
  SeatId,
  type Accepted,
  type Account,
  type CourseKey,
  type EmailAddress,
  type Enrolment,
  type LmsId,
  type OrderOffer,
  type Seat,
} from '@seatkeeper/core'
import type { Marks } from './erasure.ts'
import { offerText, readAccepted } from './orders.ts'
import type { LedgerParts } from './scripts.ts'
import { readSeat } from './seats.ts'

/** Taking over what another integration did. Every method is one atomic step. */
export interface Adoptions {
  /** By account, else by address; undefined if there is none. */
  findSeat(learner: {
    readonly lms: LmsId
    readonly course: CourseKey
    readonly email: EmailAddress
    readonly account: Account | undefined
  }): Promise<Seat | undefined>
  /** Like `applyReading`, but never held: a person asked for it. By claim key, the rows that count as ours and whose they are. */
  adoptOrder(
    read: number,
    offer: OrderOffer,
    ours: ReadonlyMap<string, { readonly account: Account; readonly row: Enrolment }>,
  ): Promise<Accepted<'applied' | 'overtaken'>>
}

/** The ledger's side of adopting orders. */
export function createAdoptions({ redis, keep, prefix }: LedgerParts, marks: Marks): Adoptions {
  return {
    findSeat: async ({ lms, course, email, account }) => {
      const place = `${lms}/${course}`
      const byAccount = account && (await redis.hget(`${prefix}accounts`, `${place}/${account.id}`))
      const id = byAccount ?? (await redis.hget(`${prefix}seats`, `${place}/${email}`))
      return id === null ? undefined : readSeat(redis, prefix, SeatId.parse(id))
    },
    adoptOrder: async (read, offer, ours) => {
      const texts = [...ours].map(([claim, { account, row }]) => [
        claim,
        { id: account.id, account: JSON.stringify(account), row: JSON.stringify(row) },
      ])
      const answer = await keep('adoptOrder', offerText(offer, marks), read, JSON.stringify(Object.fromEntries(texts)))
      return readAccepted(['applied', 'overtaken'], answer)
    },
  }
}

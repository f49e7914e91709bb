import { objectionsTo } from '@seatkeeper/core'
import { LmsConfig } from '@seatkeeper/openedx'
import { StoreConfig } from '@seatkeeper/woocommerce'
import { z } from 'zod'

/** What a worker can do: make seats, take them back, read orders. */
export const Role = z.enum(['enroll', 'revoke', 'orders'])
export type Role = z.output<typeof Role>

const days = 86_400_000

const fields = {
  stores: z.array(StoreConfig).min(1).describe('the shops whose orders are read'),
  lms: z.array(LmsConfig).min(1).describe('the Open edX LMSs that hold the enrolments'),
}

/** What a worker reads of `seatkeeper.yaml`: a role asks only for the part, and so for the secrets, it needs. */
export function workerConfig(roles: readonly Role[]) {
  const readsOrders = roles.includes('orders')
  const settlesSeats = roles.includes('enroll') || roles.includes('revoke')
  return z
    .object({
      stores: readsOrders ? fields.stores : leftOut(fields.stores),
      lms: settlesSeats ? fields.lms : leftOut(fields.lms),
    })
    .superRefine(({ stores, lms }, context) => {
      const site = readsOrders && settlesSeats ? { stores, lms } : readsOrders ? { stores } : { lms }
      for (const { path, message } of objectionsTo(site)) context.addIssue({ code: 'custom', path: [...path], message })
    })
}
export type WorkerConfig = z.output<ReturnType<typeof workerConfig>>

/** A part that no role asks for: neither it nor its secrets need be there. */
function leftOut<List extends z.ZodType>(_list: List) {
  return z
    .unknown()
    .optional()
    .transform((): z.output<List> | [] => [])
}

/** Looks for an account half a minute after the sale, then ever more seldom, at least every six hours. */
export function patienceOf({ patienceDays }: Pick<LmsConfig, 'patienceDays'>) {
  return { firstLookMs: 30_000, maxLookMs: 6 * 3_600_000, patienceMs: patienceDays * days }
}

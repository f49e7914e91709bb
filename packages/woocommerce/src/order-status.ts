import type { Access } from '@seatkeeper/core'
import { z } from 'zod'

/** WooCommerce keeps statuses with a prefix in its database and shows them without. */
export function plainStatus(status: string): string {
  return status.replace(/^wc-/, '')
}

/** An order status as an operator writes it, with its prefix or without. */
export const Status = z
  .string()
  .min(1)
  .max(100)
  .transform((status) => plainStatus(status))

/** What an order's status makes of its seats; every status that is not named is undecided and changes nothing. */
export const StatusMap = z
  .strictObject({
    grant: z
      .array(Status)
      .default(['processing', 'completed'])
      .describe('order statuses that give access to the courses of an order'),
    withdraw: z
      .array(Status)
      .default(['refunded', 'cancelled', 'failed', 'trash'])
      .describe('order statuses that end access to the courses of an order'),
  })
  .refine(({ grant, withdraw }) => !grant.some((status) => withdraw.includes(status)), {
    message: 'a status cannot both grant and withdraw',
  })
export type StatusMap = z.output<typeof StatusMap>

/** What a store's configuration makes of a status. */
export function accessOf(status: string, { grant, withdraw }: StatusMap): Access | 'undecided' {
  if (withdraw.includes(status)) return 'withdrawn'
  return grant.includes(status) ? 'granted' : 'undecided'
}

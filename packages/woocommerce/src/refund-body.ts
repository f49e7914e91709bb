import { LineId } from '@seatkeeper/core'
import { z } from 'zod'
import { Money } from './money.ts'

const originalLineKey = '_refunded_item_id'

const RefundLine = z
  .object({
    quantity: z.number(),
    meta_data: z.array(z.object({ key: z.string(), value: z.unknown() })),
  })
  .transform((line, context) => {
    const named = line.meta_data.find(({ key }) => key === originalLineKey)?.value
    const original = LineId.safeParse(typeof named === 'number' ? String(named) : named)
    if (original.success) return { line: original.data, units: Math.abs(line.quantity) }
    if (line.quantity === 0) return null
    context.addIssue({ code: 'custom', message: 'a refunded line that names no original line' })
    return z.NEVER
  })

/**
 * One refund of an order, as far as it is needed.
 *
 * Its lines have ids of their own; `_refunded_item_id` among their meta data names the original line. Quantities are
 * negative; a quantity of 0 gives money back and no unit, and a refund without lines is goodwill.
 *
 * @see woocommerce, `plugins/woocommerce/includes/wc-order-functions.php`, `wc_create_refund`
 */
export const RefundBody = z
  .object({ id: z.int().positive(), amount: Money, line_items: z.array(RefundLine) })
  .transform(({ id, amount, line_items }) => ({ id, amount, lines: line_items.filter((line) => line !== null) }))
export type RefundBody = z.output<typeof RefundBody>

/** Units refunded of each original line, over all refunds, summed from scratch. */
export function refundedUnits(refunds: readonly RefundBody[]): ReadonlyMap<LineId, number> {
  const units = new Map<LineId, number>()
  for (const { line, units: refunded } of refunds.flatMap(({ lines }) => lines))
    units.set(line, (units.get(line) ?? 0) + refunded)
  return units
}

import { itemId, tellShop as tellShopJob, type JobData, type Outcome } from '@seatkeeper/core'
import { converge, leaseGraceMs } from './converge.ts'
import { sayOutcome } from './say-outcome.ts'
import { isAtRest, shopOutcome } from './shop-outcome.ts'
import type { Speaker, TellShopParts } from './speaker.ts'
import { moveStatus, seeThrough } from './write-status.ts'

/**
 * Tells a shop what became of one order: a note per outcome and, where the shop wants it, the order's status.
 *
 * Speaks only when nothing of the order is due; whatever is, tells again when it settles. Safe to run twice: what was
 * said, or was about to be, is remembered.
 */
export function tellShop(parts: TellShopParts) {
  return (
    { store, order }: JobData<typeof tellShopJob>,
    { signal }: { readonly signal: AbortSignal },
  ): Promise<Outcome> => {
    const ref = { store, order }
    const turn = { id: itemId({ kind: 'tell', ...ref }), leaseMs: tellShopJob.deadlineMs + leaseGraceMs }
    return converge(parts.ledger, turn, (lease) => tell({ ...parts, ref, lease, signal }))
  }
}

const unchanged = { status: 'unchanged' } as const

async function tell(speaker: Speaker): Promise<Outcome> {
  const telling = await speaker.ledger.readTelling(speaker.ref)
  if (telling === undefined || telling.isDeleted) return unchanged
  if (telling.write !== null && (await seeThrough(speaker, telling.write)) === 'put back') return { status: 'applied' }
  if (!speaker.policy.tells || !isAtRest(telling)) return unchanged
  const outcome = shopOutcome(telling)
  const { note, change } = telling
  const said = speaker.writeBack.notes ? await sayOutcome({ ...speaker, change }, note, outcome) : unchanged
  if (said.status === 'waiting') return said
  const hasMoved = await moveStatus(speaker, telling, outcome)
  return hasMoved ? { status: 'applied' } : said
}

import { productKey, type OrderSnapshot, type StatusWrite, type Telling } from '@seatkeeper/core'
import { planOrder } from './plan-order.ts'
import { learnProducts } from './products.ts'
import { hasFailed, isFulfilled, type ShopOutcome } from './shop-outcome.ts'
import type { Speaker } from './speaker.ts'

/** The shop's own word for an order that needs nothing more. */
const completed = 'completed'

/**
 * Gives an order the status that its outcome asks for, unless it stands otherwise at the shop now; true if it was changed.
 *
 * Only an order whose status grants is touched: what staff have cancelled or set aside stays so.
 */
export async function moveStatus(speaker: Speaker, telling: Telling, outcome: ShopOutcome): Promise<boolean> {
  const to = statusFor(speaker, outcome)
  if (to === null) return false
  const now = await readNow(speaker)
  if (now === undefined || now.access !== 'granted' || now.status === to) return false
  if (to === completed && !(await needsNothingMore(speaker, telling, now))) return false
  await change(speaker, { from: now.status, to, refunds: refundsOf(now) })
  return true
}

/**
 * Sees a change of status through that was begun: a refund that landed between our reading and our change may have been
 * painted over, so the status is put back to what was read and the order read again.
 */
export async function seeThrough(speaker: Speaker, write: StatusWrite): Promise<'put back' | 'done'> {
  const { ledger, ref } = speaker
  const now = await readNow(speaker)
  const isOurs = now !== undefined && now.status === write.to
  if (isOurs) await ledger.keepOwnWrite(ref, now.modifiedAtMs)
  const isOvertaken = isOurs && refundsOf(now) !== write.refunds
  if (isOvertaken) await putBack(speaker, write)
  await ledger.recordWrite(ref, null)
  return isOvertaken ? 'put back' : 'done'
}

function statusFor({ writeBack }: Speaker, outcome: ShopOutcome): string | null {
  if (hasFailed(outcome)) return writeBack.failedStatus
  return writeBack.complete && isFulfilled(outcome) ? completed : null
}

async function readNow({ store, ref, signal }: Speaker): Promise<OrderSnapshot | undefined> {
  const reading = await store.readOrder(ref, signal)
  return reading.kind === 'order' ? reading.snapshot : undefined
}

/** Whether the order as it is now sells just what was enrolled, and nothing that has to be shipped. */
async function needsNothingMore(speaker: Speaker, { claims }: Telling, now: OrderSnapshot): Promise<boolean> {
  const products = await learnProducts(speaker, now.store, now.lines, speaker.signal)
  if (now.lines.some((line) => products.get(productKey(line))?.needsShipping !== false)) return false
  const { plan } = await planOrder(speaker.ledger, now, speaker.policy)
  if ([plan.open, plan.unknown, plan.unread, plan.linesWithoutLearner].some((left) => left.length > 0)) return false
  return keysOfGranted(plan.claims) === keysOfGranted(claims)
}

function keysOfGranted(claims: readonly { readonly key: string; readonly access: string }[]): string {
  const granted = claims.filter(({ access }) => access === 'granted')
  return JSON.stringify(granted.map(({ key }) => key).toSorted())
}

/** What was refunded, as far as it takes anybody's seat: money alone changes no order's status. */
function refundsOf({ fullyRefunded, lines }: OrderSnapshot): string {
  return JSON.stringify([fullyRefunded, ...lines.map(({ line, refunded }) => [line, refunded])])
}

async function change(speaker: Speaker, write: StatusWrite): Promise<void> {
  const { ledger, ref } = speaker
  await ledger.recordWrite(ref, write)
  const { hasRefunds } = await setStatus(speaker, write.to)
  if (hasRefunds) await seeThrough(speaker, write)
  else await ledger.recordWrite(ref, null)
}

async function setStatus({ ledger, store, ref, lease, signal }: Speaker, status: string) {
  await lease.assertHeld()
  const answer = await store.setStatus(ref, status, signal)
  await ledger.keepOwnWrite(ref, answer.modifiedAtMs)
  return answer
}

/** The order is due to be read before its status is put back, so that a crash in between loses neither. */
async function putBack(speaker: Speaker, { from }: StatusWrite): Promise<void> {
  const { ledger, ref, wake, onRefundOvertaken } = speaker
  onRefundOvertaken(ref)
  const { wakeUps } = await ledger.noteHint(ref, 'refund')
  await wake(wakeUps)
  await setStatus(speaker, from)
}

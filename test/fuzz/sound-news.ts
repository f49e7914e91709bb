import {
  EmailAddress,
  LineId,
  OrderId,
  type News,
  type OrderLine,
  type OrderSnapshot,
  type Plan,
} from '@seatkeeper/core'

const mostLines = 1000
const mostUnits = 100_000
const hints = new Set(['action', 'deleted', 'restored', 'refund', 'partial'])
const nothings = new Set(['ping', 'error-body', 'unreadable', 'other-topic'])

/** What is wrong with news as the rest of the system relies on it; empty if nothing is. Written apart from what makes news. */
export function objectionsToNews(news: News): readonly string[] {
  if (news.kind === 'nothing') return unless(nothings.has(news.why), `nothing because of ${news.why}`)
  if (news.kind === 'snapshot') return objectionsToSnapshot(news.snapshot)
  const { reason, order, modifiedAtMs = 0 } = news
  return [
    ...unless(hints.has(reason), `a hint of ${reason}`),
    ...unless(OrderId.safeParse(order).success, 'a hint of no order'),
    ...unless(Number.isSafeInteger(modifiedAtMs), 'a hint of no time'),
  ]
}

function objectionsToSnapshot(snapshot: OrderSnapshot): readonly string[] {
  const { order, status, access, createdAtMs, modifiedAtMs, learner, fullyRefunded, refunds, lines } = snapshot
  const units = lines.reduce((sum, { quantity }) => sum + quantity, 0)
  return [
    ...unless(OrderId.safeParse(order).success, 'no order number'),
    ...unless(status.length > 0 && status.length <= 100 && isText(status), 'no status'),
    ...unless(['granted', 'withdrawn', 'undecided'].includes(access), `access ${access}`),
    ...unless(Number.isSafeInteger(createdAtMs) && Number.isSafeInteger(modifiedAtMs), 'no time'),
    ...unless(isAddress(learner), 'a learner without an address'),
    ...unless(typeof fullyRefunded === 'boolean' && refunds.length === 0, 'refunds in a webhook'),
    ...unless(lines.length <= mostLines && units <= mostUnits, `${lines.length} lines of ${units} units`),
    ...lines.flatMap(objectionsToLine),
  ]
}

function objectionsToLine({ line, sku, product, variation, quantity, refunded, learners }: OrderLine) {
  return [
    ...unless(LineId.safeParse(line).success, 'no line number'),
    ...unless(sku === null || (sku.length > 0 && sku.length <= 1000 && isText(sku)), 'a strange SKU'),
    ...unless(/^\d{1,16}$/.test(product) && /^\d{1,16}$/.test(variation), 'no product'),
    ...unless(Number.isSafeInteger(quantity) && quantity >= 0, `quantity ${quantity}`),
    ...unless(Number.isSafeInteger(refunded) && refunded >= 0 && refunded <= quantity, `refunded ${refunded}`),
    ...unless(learners.length <= quantity && learners.every(isAddress), 'learners without an address'),
  ]
}

/** What is wrong with a plan of that order; empty if nothing is. */
export function objectionsToPlan({ claims, open }: Plan, { learner, lines }: OrderSnapshot): readonly string[] {
  const addresses = new Set([learner, ...lines.flatMap(({ learners }) => learners), null])
  const keys = new Set(claims.map(({ key }) => key))
  return [
    ...unless(keys.size === claims.length, 'two claims of one key'),
    ...unless(
      open.every((key) => keys.has(key)),
      'an open claim that is none',
    ),
    ...unless(
      claims.every((claim) => addresses.has(claim.learner)),
      'a claim of a learner whom the order does not name',
    ),
    ...unless(
      claims.every(({ access }) => access === 'granted' || access === 'withdrawn'),
      'a claim that is neither',
    ),
  ]
}

function isAddress(learner: EmailAddress | null): boolean {
  return learner === null || EmailAddress.safeParse(learner).data === learner
}

function isText(text: string): boolean {
  return text.isWellFormed() && !text.includes('\0')
}

function unless(holds: boolean, objection: string): readonly string[] {
  return holds ? [] : [objection]
}

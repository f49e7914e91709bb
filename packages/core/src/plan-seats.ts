import { resolveLine, type Catalogue } from './catalogue.ts'
import { claimKey, type Access, type CourseItem } from './claim.ts'
import type { EmailAddress, LineId } from './ids.ts'
import type { OrderLine, OrderSnapshot } from './order.ts'

/** One claim that an order makes, and whose seat it speaks for. */
export interface PlannedClaim {
  readonly key: string
  readonly line: LineId
  readonly access: Access
  readonly item: CourseItem
  readonly learner: EmailAddress
}

/** What an order's facts come to. */
export interface Plan {
  /** Claims with a known item and learner, whether granted or withdrawn. Empty while the order is undecided. */
  readonly claims: readonly PlannedClaim[]
  /** Granted lines that sell a course but name nobody who could take it. */
  readonly linesWithoutLearner: readonly LineId[]
  /** Every claim of the order that is not listed loses its access: the order says so as a whole, or was read in full. */
  readonly decided: boolean
}

/** What each line was found to sell when it first produced a seat: shops look SKUs up live and forget them. */
export type KnownItems = ReadonlyMap<LineId, readonly CourseItem[]>

/**
 * Turns what a shop says of an order into claims, one per unit and course run.
 *
 * Pure. Units are withdrawn from the last one down, so a refund of one of three takes the third. Refunds that reach the
 * total, and a status that withdraws, take all. While the status is undecided nothing is granted, but refunded units are
 * still withdrawn.
 */
export function planSeats(order: OrderSnapshot, catalogue: Catalogue, known: KnownItems = new Map()): Plan {
  const planned = order.lines.map((line) => planLine(order, line, known.get(line.line) ?? resolveLine(line, catalogue)))
  return {
    claims: planned.flatMap(({ claims }) => claims),
    linesWithoutLearner: planned.filter(({ lacksLearner }) => lacksLearner).map(({ line }) => line),
    decided: order.access !== 'undecided',
  }
}

function planLine(order: OrderSnapshot, line: OrderLine, items: readonly CourseItem[]) {
  const { learner } = order
  const units = Array.from({ length: line.quantity }, (_, index) => index + 1)
  const decided = units.flatMap((unit) => {
    const access = accessOfUnit(order, line, unit)
    return access === 'undecided' ? [] : [{ unit, access }]
  })
  const grants = decided.some(({ access }) => access === 'granted')
  if (learner === null) return { line: line.line, claims: [], lacksLearner: grants && items.length > 0 }
  const claims = decided.flatMap(({ unit, access }) =>
    items.map((item): PlannedClaim => ({
      key: claimKey(order, line.line, unit, item),
      line: line.line,
      access,
      item,
      learner,
    })),
  )
  return { line: line.line, claims, lacksLearner: false }
}

function accessOfUnit(order: OrderSnapshot, line: OrderLine, unit: number): OrderSnapshot['access'] {
  if (order.fullyRefunded || unit > line.quantity - line.refunded) return 'withdrawn'
  return order.access
}

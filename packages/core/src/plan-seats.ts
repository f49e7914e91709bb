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
  /** Null where the order names nobody: such a claim changes the access of a seat it already has, and makes none. */
  readonly learner: EmailAddress | null
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

/** What a line was found to sell when it was last looked at: shops look SKUs up live and forget them. */
export interface KnownLine {
  readonly items: readonly CourseItem[]
  /** It has produced a seat that is not dead, so it is not looked up again: a renamed SKU moves nobody. */
  readonly isFirm: boolean
}

export type KnownItems = ReadonlyMap<LineId, KnownLine>

/**
 * Turns what a shop says of an order into claims, one per unit and course run.
 *
 * Pure. Units are withdrawn from the last one down, so a refund of one of three takes the third. Refunds that reach the
 * total, and a status that withdraws, take all. While the status is undecided nothing is granted, but refunded units are
 * still withdrawn. A line that resolves to nothing now keeps what it was known to sell.
 */
export function planSeats(order: OrderSnapshot, catalogue: Catalogue, known: KnownItems = new Map()): Plan {
  const planned = order.lines.map((line) => planLine(order, line, itemsOf(line, catalogue, known)))
  return {
    claims: planned.flat(),
    linesWithoutLearner: linesWithoutLearner(planned),
    decided: order.access !== 'undecided',
  }
}

/** What a line sells: what it was known to sell where that is firm, else what it resolves to now, else what was known. */
function itemsOf(line: OrderLine, catalogue: Catalogue, known: KnownItems): readonly CourseItem[] {
  const before = known.get(line.line)
  if (before?.isFirm === true) return before.items
  const now = resolveLine(line, catalogue)
  return now.length > 0 ? now : (before?.items ?? [])
}

function planLine(order: OrderSnapshot, line: OrderLine, items: readonly CourseItem[]): readonly PlannedClaim[] {
  const units = Array.from({ length: line.quantity }, (_, index) => index + 1)
  return units.flatMap((unit) => {
    const access = accessOfUnit(order, line, unit)
    if (access === 'undecided') return []
    return items.map((item) => ({
      key: claimKey(order, line.line, unit, item),
      line: line.line,
      access,
      item,
      learner: order.learner,
    }))
  })
}

function accessOfUnit(order: OrderSnapshot, line: OrderLine, unit: number): OrderSnapshot['access'] {
  if (order.fullyRefunded || unit > line.quantity - line.refunded) return 'withdrawn'
  return order.access
}

function linesWithoutLearner(planned: readonly (readonly PlannedClaim[])[]): readonly LineId[] {
  const orphans = planned.flat().filter(({ access, learner }) => access === 'granted' && learner === null)
  return [...new Set(orphans.map(({ line }) => line))]
}

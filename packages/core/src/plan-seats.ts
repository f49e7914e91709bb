import { resolveLine, type Catalogue, type KnownProducts } from './catalogue.ts'
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
  /** Claims with a known item, whether granted or withdrawn. Empty while the order is undecided. */
  readonly claims: readonly PlannedClaim[]
  /** Keys of granted claims of units beyond the learners that their line names: paid, and nobody's yet. */
  readonly open: readonly string[]
  /** Granted lines that sell a course while the order names nobody at all. */
  readonly linesWithoutLearner: readonly LineId[]
  /** Granted lines that name a course that cannot be. */
  readonly unknown: readonly LineId[]
  /** Granted lines whose product has to be read before they are understood. */
  readonly unread: readonly LineId[]
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

/** What is known beside the order itself. */
export interface PlanFacts {
  readonly catalogue: Catalogue
  readonly known?: KnownItems
  readonly products?: KnownProducts
}

/**
 * Turns what a shop says of an order into claims, one per unit and course run.
 *
 * Pure. Units are withdrawn from the last one down, so a refund of one of three takes the third. Refunds that reach the
 * total, and a status that withdraws, take all. While the status is undecided nothing is granted, but refunded units are
 * still withdrawn. A line that resolves to nothing now keeps what it was known to sell. The first units of a line belong
 * to the learners it names, else the first one to the order's; the rest are open.
 */
export function planSeats(
  order: OrderSnapshot,
  { catalogue, known = new Map(), products = new Map() }: PlanFacts,
): Plan {
  const planned = order.lines.map((line) => planLine(order, line, understand(line, { catalogue, known, products })))
  const claims = planned.flatMap((line) => line.claims)
  return {
    claims,
    open: claims.filter(({ access, learner }) => access === 'granted' && learner === null).map(({ key }) => key),
    linesWithoutLearner: linesOf(planned, ({ isNobodys }) => isNobodys),
    unknown: linesOf(planned, ({ trouble }) => trouble === 'unknown'),
    unread: linesOf(planned, ({ trouble }) => trouble === 'unread'),
    decided: order.access !== 'undecided',
  }
}

interface Understood {
  readonly items: readonly CourseItem[]
  readonly trouble: 'unknown' | 'unread' | null
}

/** What a line sells: what it was known to sell where that is firm, else what it resolves to now, else what was known. */
function understand(line: OrderLine, { catalogue, known, products }: Required<PlanFacts>): Understood {
  const before = known.get(line.line)
  if (before?.isFirm === true) return { items: before.items, trouble: null }
  const now = resolveLine(line, catalogue, products)
  if (now.kind !== 'items') return { items: before?.items ?? [], trouble: now.kind }
  return { items: now.items.length > 0 ? now.items : (before?.items ?? []), trouble: null }
}

interface PlannedLine {
  readonly line: LineId
  readonly claims: readonly PlannedClaim[]
  readonly isNobodys: boolean
  readonly trouble: Understood['trouble']
}

function planLine(order: OrderSnapshot, line: OrderLine, { items, trouble }: Understood): PlannedLine {
  const units = Array.from({ length: line.quantity }, (_, index) => index + 1)
  const decided = units.flatMap((unit) => {
    const access = accessOfUnit(order, line, unit)
    return access === 'undecided' ? [] : [{ unit, access, learner: learnerOfUnit(order, line, unit) }]
  })
  const claims = decided.flatMap(({ unit, access, learner }) =>
    items.map((item) => ({ key: claimKey(order, line.line, unit, item), line: line.line, access, item, learner })),
  )
  const grants = decided.some(({ access }) => access === 'granted')
  const namesNobody = order.learner === null && line.learners.length === 0
  return {
    line: line.line,
    claims,
    isNobodys: grants && claims.length > 0 && namesNobody,
    trouble: grants ? trouble : null,
  }
}

function accessOfUnit(order: OrderSnapshot, line: OrderLine, unit: number): OrderSnapshot['access'] {
  if (order.fullyRefunded || unit > line.quantity - line.refunded) return 'withdrawn'
  return order.access
}

function learnerOfUnit({ learner }: OrderSnapshot, { learners }: OrderLine, unit: number): EmailAddress | null {
  if (learners.length > 0) return learners[unit - 1] ?? null
  return unit === 1 ? learner : null
}

function linesOf(planned: readonly PlannedLine[], fits: (line: PlannedLine) => boolean): readonly LineId[] {
  return planned.filter(fits).map(({ line }) => line)
}

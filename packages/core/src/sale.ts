import { productKey, resolveLine, type Catalogue, type ProductFacts } from './catalogue.ts'
import type { CourseItem } from './claim.ts'
import type { CourseTerms } from './course-terms.ts'
import { LineId } from './ids.ts'
import type { OrderLine } from './order.ts'

/** Something that a shop sells: a product, or one variation of it. */
export interface ProductForSale {
  readonly product: string
  /** `0` where the product has none. */
  readonly variation: string
  /** The shop's own name for it. */
  readonly name: string
  readonly sku: string | null
  /** It costs nothing. */
  readonly isFree: boolean
  readonly facts: ProductFacts
}

/** What a shop sells, as far as we ask. Throws `JobFailure` with a STORE_ code. */
export interface ShopProducts {
  /** Some of what can be bought, a variation each where a product has them; `page` counts from 1. */
  readProducts(
    page: number,
    signal: AbortSignal,
  ): Promise<{ readonly products: readonly ProductForSale[]; readonly isFull: boolean }>
}

interface SaleEntry {
  readonly state: 'ok' | 'warning' | 'wrong' | 'unknown'
  readonly what: string
  /** What to do about it; empty if nothing. */
  readonly fix: string
}

/** All that can be said of selling one course run by one product, before anybody buys it. Codes are public. */
export const saleVerdicts = {
  SALE_WELL: { state: 'ok', what: 'A buyer will be enrolled.', fix: '' },
  SALE_LINE_UNKNOWN: {
    state: 'wrong',
    what: 'It names a course that cannot be.',
    fix: 'Correct the mistyped course key or unknown alias in the product’s SKU or custom field, or add a catalogue rule.',
  },
  SALE_COURSE_UNKNOWN: {
    state: 'wrong',
    what: 'The LMS has no such course run.',
    fix: 'Correct the course key in the product or the catalogue, or make the run at the LMS.',
  },
  SALE_MODE_MISSING: {
    state: 'wrong',
    what: 'The course run does not offer this course mode.',
    fix: 'Add the mode to the run at the LMS, or sell another by courseMode, the catalogue’s modes or the product’s field.',
  },
  SALE_MODE_EXPIRED: {
    state: 'wrong',
    what: 'The course run offers this course mode no longer.',
    fix: 'Move the mode’s upgrade deadline at the LMS, or take the product off sale.',
  },
  SALE_CLOSED: {
    state: 'wrong',
    what: 'Enrolment in the course run has ended.',
    fix: 'Move its enrolment end at the LMS, take the product off sale, or set closedCourse: force.',
  },
  SALE_INVITATION_ONLY: {
    state: 'wrong',
    what: 'The course run takes learners by invitation only.',
    fix: 'Open it at the LMS, or set closedCourse: force.',
  },
  SALE_NOT_OPEN: {
    state: 'warning',
    what: 'Enrolment in the course run has not begun; buyers wait until it does.',
    fix: 'Say so on the product’s page, or move the enrolment start at the LMS.',
  },
  SALE_GIVEN_AWAY: {
    state: 'warning',
    what: 'It costs nothing at the shop, although the LMS asks a price for this course mode.',
    fix: 'Give the product its price, or sell a free mode.',
  },
  SALE_UNCHECKED: {
    state: 'unknown',
    what: 'The LMS did not tell of the course run.',
    fix: 'See that the LMS is well, then check again.',
  },
} as const satisfies Record<string, SaleEntry>

export type SaleCode = keyof typeof saleVerdicts

/** All that staff are to hear of. What an LMS did not tell is not among it: its gate warns of that. */
export const unwellSaleCodes: readonly string[] = Object.entries(saleVerdicts).flatMap(([code, { state }]) =>
  isComplaint(state) ? [code] : [],
)

/** Whether buyers would not get the course run, or late, or for nothing. */
export function isUnwell(code: SaleCode): boolean {
  return isComplaint(saleVerdicts[code].state)
}

function isComplaint(state: SaleEntry['state']): boolean {
  return state === 'wrong' || state === 'warning'
}

/** What a product sells: course runs, or `unknown` where it names a course that cannot be. Pure. */
export function itemsForSale(
  { product, variation, sku, facts }: ProductForSale,
  catalogue: Catalogue,
): readonly CourseItem[] | 'unknown' {
  const line: OrderLine = { line: anyLine, sku, product, variation, quantity: 1, refunded: 0, learners: [] }
  const resolved = resolveLine(line, catalogue, new Map([[productKey(line), facts]]))
  return resolved.kind === 'items' ? resolved.items : 'unknown'
}

const anyLine = LineId.parse('1')

/** What an LMS offers where a run names no mode at all. @see edx-platform, `course_modes/models.py`, `DEFAULT_MODE` */
const modeOfNoModes = 'audit'

/** How somebody comes to a course run. */
export interface SaleTerms {
  readonly item: CourseItem
  /** The LMS's word; undefined if it has no such course run. */
  readonly terms: CourseTerms | undefined
  readonly isFree: boolean
  /** Closed and invitation-only runs are enrolled in all the same. */
  readonly isForced: boolean
  readonly nowMs: number
}

/** Whether a buyer will get what is sold; the first trouble that would end or delay it. Pure. */
export function judgeSale({ item, terms, isFree, isForced, nowMs }: SaleTerms): SaleCode {
  if (terms === undefined) return 'SALE_COURSE_UNKNOWN'
  const offered = terms.modes.find(({ mode }) => mode === item.mode)
  if (offered === undefined && (terms.modes.length > 0 || item.mode !== modeOfNoModes)) return 'SALE_MODE_MISSING'
  if ((offered?.expiresAtMs ?? Infinity) <= nowMs && !isForced) return 'SALE_MODE_EXPIRED'
  if ((terms.closesAtMs ?? Infinity) <= nowMs && !isForced) return 'SALE_CLOSED'
  if (terms.isInvitationOnly && !isForced) return 'SALE_INVITATION_ONLY'
  if ((terms.opensAtMs ?? 0) > nowMs && !isForced) return 'SALE_NOT_OPEN'
  return isFree && (offered?.price ?? 0) > 0 ? 'SALE_GIVEN_AWAY' : 'SALE_WELL'
}

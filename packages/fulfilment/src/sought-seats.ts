import {
  noEnrolment,
  SeatId,
  type Account,
  type Claim,
  type CourseKey,
  type EmailAddress,
  type Enrolment,
  type Lms,
  type LmsId,
  type OrderId,
  type OrderSnapshot,
  type Plan,
  type PlannedClaim,
  type Seat,
  type Username,
} from '@seatkeeper/core'
import { adoptionVerdict, type AdoptionVerdict } from './adoption-verdict.ts'
import type { SeatPolicy } from './seat-policy.ts'

/** An LMS to look at, and the part of its operator's policy that says when a seat there is right. */
export interface SoughtLms {
  readonly lms: Pick<Lms, 'findAccount' | 'readEnrolments'>
  readonly policy: Pick<SeatPolicy, 'lastClaimGone'>
}

export interface SeekParts {
  readonly ledger: {
    /** The seat that a learner has in a course run: by the account where it is known, else by the address. */
    findSeat(learner: {
      readonly lms: LmsId
      readonly course: CourseKey
      readonly email: EmailAddress
      readonly account: Account | undefined
    }): Promise<Seat | undefined>
  }
  readonly lmsOf: (lms: LmsId) => SoughtLms
}

/** One order and what it comes to. */
export interface PlannedSnapshot {
  readonly snapshot: OrderSnapshot
  readonly plan: Plan
}

/** One learner in one course run, as it would be with the claims of all orders looked at. Holds personal data. */
export interface SoughtSeat {
  readonly seat: Seat
  /** What the LMS holds. */
  readonly row: Enrolment
  readonly verdict: AdoptionVerdict
  /** Claims of the orders looked at, and the orders. */
  readonly keys: ReadonlySet<string>
  readonly orders: ReadonlySet<OrderId>
}

/** Learners whose rows an LMS lists in one answer. */
const learnersPerCall = 100
/** Of a seat that is in no ledger yet. */
const notYetId = SeatId.parse(`s${'0'.repeat(19)}`)

/** Looks up at the LMSs every seat that some orders speak for. Two addresses of one account are one learner. */
export async function seekSeats(
  parts: SeekParts,
  orders: readonly PlannedSnapshot[],
  { signal, onLooked }: { readonly signal: AbortSignal; readonly onLooked?: (learners: number) => void },
): Promise<readonly SoughtSeat[]> {
  const named = orders.flatMap(namedClaims)
  const accounts = new Map<string, Account | undefined>()
  for (const { lms, email } of named) {
    const name = `${lms}/${email}`
    if (!accounts.has(name)) accounts.set(name, await parts.lmsOf(lms).lms.findAccount(email, signal))
    onLooked?.(accounts.size)
  }
  const known = named.map((one) => ({ ...one, account: accounts.get(`${one.lms}/${one.email}`) }))
  const rows = await readRows(parts, known, signal)
  const groups = Map.groupBy(known, ({ lms, course, account, email }) => [lms, course, account?.id ?? email].join('/'))
  const decided = new Set(orders.filter(({ plan }) => plan.decided).map(({ snapshot }) => prefixOf(snapshot)))
  return Promise.all([...groups.values()].map((group) => seatOf(parts, { group, rows, decided })))
}

interface NamedClaim {
  readonly order: OrderId
  readonly claim: PlannedClaim
  readonly lms: LmsId
  readonly course: CourseKey
  readonly email: EmailAddress
}

interface LearnersClaim extends NamedClaim {
  readonly account: Account | undefined
}

function namedClaims({ snapshot, plan }: PlannedSnapshot): readonly NamedClaim[] {
  return plan.claims.flatMap((claim) => {
    const { learner, item } = claim
    return learner === null
      ? []
      : [{ order: snapshot.order, claim, lms: item.lms, course: item.course, email: learner }]
  })
}

type Rows = ReadonlyMap<string, Enrolment>

async function readRows({ lmsOf }: SeekParts, known: readonly LearnersClaim[], signal: AbortSignal): Promise<Rows> {
  const rows = new Map<string, Enrolment>()
  for (const [id, ofLms] of Map.groupBy(known, ({ lms }) => lms)) {
    const names = [...new Set(ofLms.flatMap(({ account }) => (account === undefined ? [] : [account.username])))]
    for (let from = 0; from < names.length; from += learnersPerCall) {
      const found = await lmsOf(id).lms.readEnrolments(names.slice(from, from + learnersPerCall), signal)
      for (const { username, course, enrolment } of found) rows.set(rowName(id, username, course), enrolment)
    }
  }
  return rows
}

function rowName(lms: LmsId, username: Username, course: CourseKey): string {
  return `${lms}/${username}/${course}`
}

interface Group {
  readonly group: readonly LearnersClaim[]
  readonly rows: Rows
  /** How the keys of orders begin whose claims are all known from their plans. */
  readonly decided: ReadonlySet<string>
}

async function seatOf({ ledger, lmsOf }: SeekParts, { group, rows, decided }: Group): Promise<SoughtSeat> {
  const [first] = group
  if (first === undefined) throw new RangeError('a group of claims has at least one')
  const { lms, course, email, account } = first
  const before = await ledger.findSeat({ lms, course, email, account })
  const seat: Seat = {
    ...(before ?? newSeat(first)),
    account: account ?? null,
    baseline: before?.baseline ?? noEnrolment,
    claims: claimsOf(before, group, decided),
  }
  const row = (account && rows.get(rowName(lms, account.username, course))) ?? noEnrolment
  return {
    seat,
    row,
    verdict: adoptionVerdict(seat, row, lmsOf(lms).policy),
    keys: new Set(group.map(({ claim }) => claim.key)),
    orders: new Set(group.map(({ order }) => order)),
  }
}

/** What is planned takes the place of what was known; what a decided order plans no more is withdrawn. */
function claimsOf(
  before: Seat | undefined,
  group: readonly LearnersClaim[],
  decided: ReadonlySet<string>,
): readonly Claim[] {
  const planned = new Map(group.map(({ claim: { key, access, item } }) => [key, { key, access, mode: item.mode }]))
  const others = (before?.claims ?? [])
    .filter(({ key }) => !planned.has(key))
    .map((claim) => (decided.has(orderPart(claim.key)) ? { ...claim, access: 'withdrawn' as const } : claim))
  return [...others, ...planned.values()]
}

/** Claim keys begin with store and order; see `claimKey` in core. */
function orderPart(key: string): string {
  return key.split('/').slice(0, 2).join('/')
}

function prefixOf({ store, order }: OrderSnapshot): string {
  return `${store}/${order}`
}

function newSeat({ lms, course, email }: NamedClaim): Seat {
  return {
    id: notYetId,
    lms,
    course,
    email,
    account: null,
    baseline: null,
    applied: null,
    invited: false,
    attempted: null,
    waitingSinceMs: null,
    claims: [],
    orders: [],
    generation: 0,
    decision: null,
  }
}

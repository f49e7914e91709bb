import type { failures } from '@seatkeeper/core'

/** The course runs that the recorded shop sells. */
export const courses = {
  demo: 'course-v1:OpenedX+DemoX+DemoCourse',
  cs101: 'course-v1:ExampleU+CS101+2026_T1',
  dl100: 'course-v1:ExampleU+DL100+2026',
  adv200: 'course-v1:ExampleU+ADV200+2026',
  doom: 'course-v1:ExampleU+DOOM+1',
  renamedDoom: 'course-v1:ExampleU+DOOM+2',
  ueber: 'course-v1:ExampleU+ÜBER+2026',
} as const

const ada = 'ada@example.com'
const moved = 'new.address@example.com'
const gifted = 'learner.one@example.org'
const [first, second] = ['a@example.org', 'b@example.org']
const punycode = 'user@xn--exmple-cua.example'
const capitals = 'upper@example.org'
const zoe = 'zoe.obrien+kurs@example.com'

/** Everybody has an account at the LMS. */
export const learners: readonly string[] = [ada, moved, gifted, first, second, punycode, capitals, zoe]

/** A course mode, or `nothing` where a seat was had and is no more. Seats that nobody ever had are not listed. */
export type Wanted = 'verified' | 'audit' | 'nothing'

export interface ExpectedOrder {
  /** The lines of each note that the shop's staff gets, in turn; lines without number and signature. */
  readonly notes?: readonly (readonly string[])[]
  /** The statuses that we set the order to, in turn. */
  readonly statuses?: readonly string[]
  /** Paid units that are nobody's yet. */
  readonly open?: number
  readonly failure?: keyof typeof failures
}

/** What one recorded scenario comes to. */
export interface Expectation {
  /** How many webhook requests were recorded; each is answered 200, because every signature is right. */
  readonly answered: number
  readonly seats: readonly (readonly [learner: string, course: string, wanted: Wanted])[]
  /** By number; orders that are not named are told nothing and have nothing open. */
  readonly orders: Readonly<Record<number, ExpectedOrder>>
}

const enrolled = (course: string, units = 1, mode = 'verified') => `${units} × ${course} (${mode}): enrolled`
const ended = (course: string) => `1 × ${course} (verified): access ended`
const kept = (course: string) =>
  `1 × ${course} (verified): no longer through this order; something else still gives access`
const nobodys = (units: number) => `Paid and nobody’s yet: ${units}`

const { demo, cs101, dl100, adv200, doom, ueber } = courses
const nothingSold = (answered: number): Expectation => ({ answered, seats: [], orders: {} })
const both = [enrolled(cs101), enrolled(demo)]
const bothEnded = [ended(cs101), ended(demo)]
/** Product 10, the demo course, is the one that the recordings show not to need shipping. */
const done = ['completed']

/**
 * What each recorded scenario has to come to, written by hand from its `scenario.json` and what WooCommerce is known to
 * do; the operator's settings are in `replay.fixture.ts`.
 */
export const expectations: Readonly<Record<string, Expectation>> = {
  /** Pings only, from webhooks that are created, resumed and moved. */
  '01-webhook-ping': nothingSold(14),

  '02-guest-one-course-paid-inline': {
    answered: 4,
    seats: [[ada, demo, 'verified']],
    orders: { 32: { notes: [[enrolled(demo)]], statuses: done } },
  },

  /** Nothing while the order is pending; the callback of the gateway pays it. */
  '03-pending-then-paid-by-callback': {
    answered: 6,
    seats: [[ada, demo, 'verified']],
    orders: { 33: { notes: [[enrolled(demo)]], statuses: done } },
  },

  /** The shirt sells no course and has to be shipped, so the order is never completed by us. */
  '04-two-courses-and-a-shirt': {
    answered: 4,
    seats: [
      [ada, cs101, 'verified'],
      [ada, demo, 'verified'],
    ],
    orders: { 34: { notes: [both] } },
  },

  /** One of three units is the buyer's; an order with open seats is not done. */
  '05-quantity-three': {
    answered: 4,
    seats: [[ada, demo, 'verified']],
    orders: { 35: { notes: [[enrolled(demo), nobodys(2)]], open: 2 } },
  },

  /** On hold grants nothing; processing does; completed is the staff's own and adds nothing. */
  '06-bacs-onhold-processing-completed': {
    answered: 9,
    seats: [[ada, cs101, 'verified']],
    orders: { 36: { notes: [[enrolled(cs101)]] } },
  },

  '07-straight-to-completed': {
    answered: 4,
    seats: [[ada, dl100, 'verified']],
    orders: { 37: { notes: [[enrolled(dl100)]] } },
  },

  /** Order 38 was never paid, so nobody ever had its seat; order 39 was. */
  '08-cancelled': {
    answered: 11,
    seats: [[ada, cs101, 'nothing']],
    orders: { 39: { notes: [[enrolled(cs101)], [ended(cs101)]] } },
  },

  /** Declined and retried under one number: the failure takes nothing for good. */
  '09-failed-then-retried': {
    answered: 6,
    seats: [[ada, demo, 'verified']],
    orders: { 40: { notes: [[enrolled(demo)]], statuses: done } },
  },

  /** While order 43 pays for the demo course again, order 41 is told so; the refund by status alone ends that too. */
  '10-full-refund': {
    answered: 17,
    seats: [
      [ada, cs101, 'nothing'],
      [ada, demo, 'nothing'],
    ],
    orders: {
      41: { notes: [both, bothEnded, [ended(cs101), kept(demo)], bothEnded] },
      43: { notes: [[enrolled(demo)], [ended(demo)]], statuses: done },
    },
  },

  /** The refund of one line ends that course alone. */
  '11-partial-refund-one-line': {
    answered: 9,
    seats: [
      [ada, cs101, 'nothing'],
      [ada, demo, 'nothing'],
    ],
    orders: { 45: { notes: [both, [ended(cs101), enrolled(demo)], bothEnded] } },
  },

  /** Money without units ends nothing until it reaches the total. */
  '12-partial-refund-amount-only': {
    answered: 11,
    seats: [
      [ada, cs101, 'nothing'],
      [ada, demo, 'nothing'],
    ],
    orders: { 48: { notes: [both, bothEnded] } },
  },

  /** A line is added, the first removed, a unit added, the buyer's address changed, the first course sold again. */
  '15-admin-edits-lines': {
    answered: 12,
    seats: [
      [ada, cs101, 'nothing'],
      [ada, demo, 'nothing'],
      [moved, cs101, 'verified'],
      [moved, demo, 'verified'],
    ],
    orders: {
      59: {
        notes: [
          [enrolled(demo)],
          both,
          [enrolled(cs101), ended(demo)],
          [enrolled(cs101), ended(demo), nobodys(1)],
          [enrolled(cs101), ended(demo), enrolled(demo), nobodys(1)],
        ],
        statuses: done,
        open: 1,
      },
    },
  },

  /** Out of the trash the course comes back; an order that is gone for good is told nothing any more. */
  '16-trash-restore-delete': {
    answered: 15,
    seats: [[ada, demo, 'nothing']],
    orders: {
      60: {
        notes: [[enrolled(demo)], [ended(demo)], [enrolled(demo)], [ended(demo)]],
        statuses: ['completed', 'completed'],
      },
      61: { notes: [[enrolled(demo)]], statuses: done },
    },
  },

  /** A total of 0.00 is paid, not refunded. */
  '17-coupons': {
    answered: 8,
    seats: [
      [ada, cs101, 'verified'],
      [ada, demo, 'verified'],
    ],
    orders: { 62: { notes: [both] }, 63: { notes: [[enrolled(demo)]], statuses: done } },
  },

  /** The verified variation names its course in its own fields, the audit one by a rule; the better mode is given. */
  '18-variation': {
    answered: 4,
    seats: [[ada, adv200, 'verified']],
    orders: { 64: { notes: [[enrolled(adv200, 1, 'audit'), enrolled(adv200), nobodys(1)]], open: 1 } },
  },

  /** Not the buyer learns but those whom the lines name; the first line is then refunded. */
  '19-learner-email-in-line-meta': {
    answered: 6,
    seats: [
      [first, cs101, 'verified'],
      [second, cs101, 'verified'],
      [gifted, demo, 'nothing'],
    ],
    orders: {
      65: {
        notes: [
          [enrolled(cs101, 2), enrolled(demo)],
          [enrolled(cs101, 2), ended(demo)],
        ],
      },
    },
  },

  /** A course key has letters of any script. Addresses are kept in lower case. */
  '21-non-ascii': {
    answered: 12,
    seats: [
      [capitals, demo, 'verified'],
      [punycode, demo, 'verified'],
      [zoe, ueber, 'verified'],
    ],
    orders: {
      68: { notes: [[enrolled(ueber)]] },
      69: { notes: [[enrolled(demo)]], statuses: done },
      70: { notes: [[enrolled(demo)]], statuses: done },
    },
  },

  /** Three orders of one learner pay for one seat; two of them are heard of for the first time when they are touched. */
  '23-burst-one-request': {
    answered: 10,
    seats: [[ada, demo, 'verified']],
    orders: {
      72: { notes: [[enrolled(demo)]], statuses: done },
      73: { notes: [[enrolled(demo)]], statuses: done },
      74: { notes: [[enrolled(demo)]] },
    },
  },

  /** Only the last of six changes is delivered. Set back to processing by staff, the order is completed again. */
  '24-burst-many-requests': {
    answered: 10,
    seats: [[ada, demo, 'verified']],
    orders: { 75: { notes: [[enrolled(demo)]], statuses: done } },
  },

  /** The line keeps what it sold when its product is renamed and deleted. */
  '27-product-changed-after-order': {
    answered: 13,
    seats: [[ada, doom, 'verified']],
    orders: { 85: { notes: [[enrolled(doom)]] } },
  },

  /** Pending orders that are touched over and over. */
  '30-receiver-errors': nothingSold(28),
  '31-pending-when-paused-disabled-deleted': nothingSold(3),
  '32-slow-receiver': nothingSold(3),
  '33-loopback-or-odd-port-refused': nothingSold(0),
  '35-two-queue-runners': nothingSold(6),
  '36-rest-api': nothingSold(0),
  '38-ping-not-answered-200': nothingSold(8),
  '40-receiver-timeout': nothingSold(1),
  '41-rest-refunds-and-boundaries': nothingSold(0),
}

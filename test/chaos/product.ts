import { jobOf, type JobFailure, type News, type Outcome, type StorePolicy, type WakeUp } from '@seatkeeper/core'
import {
  acceptNews,
  readOrder,
  reconcile,
  settleSeat,
  type Acceptance,
  type Reconciled,
  type SeatPolicy,
} from '@seatkeeper/fulfilment'
import type { RedisLedger } from '@seatkeeper/ledger'
import { catalogue } from './goods.ts'
import type { Handler } from './jobs.ts'
import type { ModelLms } from './model-lms.ts'
import type { ModelShop } from './model-shop.ts'
import type { Through } from './turns.ts'

const policy: StorePolicy = { catalogue, tells: false, sinceMs: null, brake: { seats: 0, percent: 100 } }
const seatPolicy: SeatPolicy = { closedCourse: 'refuse', lastClaimGone: 'deactivate' }
const minutes = (count: number) => count * 60_000
/** Whoever never registers is waited for until the story is long over. */
const patience = { firstLookMs: minutes(1), maxLookMs: minutes(60), patienceMs: minutes(365 * 24 * 60) }
const roundEveryMs = minutes(5)

export interface ProductParts {
  readonly ledger: RedisLedger
  readonly shop: ModelShop
  readonly lms: ModelLms
  /** Where the first reconcile begins, milliseconds since 1970. */
  readonly sinceMs: number
  readonly wake: (wakeUps: readonly WakeUp[]) => Promise<void>
  readonly onRound: (round: Reconciled) => void
  /** Told of what kept a part of a round from being done. */
  readonly onFailure: (failure: JobFailure) => void
}

/** The use cases under test, on ports whose calls wait for their turn. */
export interface Product {
  accept(news: News, through: Through): Promise<Acceptance>
  readonly handle: Handler
}

export function createProduct({ ledger, shop, lms, sinceMs, wake, ...ears }: ProductParts): Product {
  const { signal } = new AbortController()
  const accepting = (through: Through) =>
    acceptNews({ ledger: through(ledger), policyOf: () => policy, wake, onWakeFailed: () => undefined })
  const handlersFor = (through: Through) => {
    const ours = { ledger: through(ledger), store: through(shop), lms: through(lms), wake }
    return {
      'read-order': readOrder({ ...ours, policy }),
      'enroll-seat': settleSeat({ ...ours, patience, policy: seatPolicy }),
      'revoke-seat': settleSeat({ ...ours, patience, policy: seatPolicy }),
      'do-chore': reconcile({
        ...ours,
        ...ears,
        catalogue: policy.catalogue,
        accept: accepting(through),
        sinceMs,
        everyMs: roundEveryMs,
        roundMs: Infinity,
      }),
    }
  }
  return {
    accept: (news, through) => accepting(through)(news),
    handle: (wakeUp, through) => {
      const { type, data } = jobOf(wakeUp)
      const handler = Reflect.get(handlersFor(through), type.name) as (
        data: object,
        context: { signal: AbortSignal },
      ) => Promise<Outcome>
      return handler(data, { signal })
    },
  }
}

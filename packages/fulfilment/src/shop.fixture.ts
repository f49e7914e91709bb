import { JobFailure, type News, type OrderSnapshot, type ProductFacts, type Store } from '@seatkeeper/core'

type Failing = 'before' | 'after' | 'never'
type Call = 'readOrder' | 'readNotes' | 'addNote' | 'setStatus'

/** A shop of one order behind the port, in memory; what we change makes one webhook, as in a real shop, and notes make none. */
export interface MemoryShop extends Pick<Store, Call | 'readProduct'> {
  readonly order: OrderSnapshot
  readonly notes: string[]
  /** The statuses that we set, in turn. */
  readonly written: string[]
  /** Webhooks not delivered yet. */
  readonly echoes: News[]
  /** Somebody else changes the order; true money back without units is `goodwill`. */
  change(change: Partial<OrderSnapshot> & { readonly goodwill?: boolean }): void
  setProduct(facts: ProductFacts | undefined): void
  /** The next such call fails, before or after it was carried out; `never` takes that back. */
  failNext(call: Call, when: Failing): void
  /** Runs once, right before the next such call is carried out. */
  beforeNext(call: Call, action: () => void): void
}

const virtual: ProductFacts = { course: null, mode: null, needsShipping: false }

/** @param accessOf what the store's configuration makes of a status. */
export function createMemoryShop(
  first: OrderSnapshot,
  accessOf: (status: string) => OrderSnapshot['access'],
): MemoryShop {
  const failures = new Map<Call, Failing>()
  const actions = new Map<Call, () => void>()
  const notes: string[] = []
  const written: string[] = []
  const echoes: News[] = []
  let order = first
  let product: ProductFacts | undefined = virtual
  let goodwill = false
  const hasRefunds = () => goodwill || order.fullyRefunded || order.lines.some(({ refunded }) => refunded > 0)
  const modify = (change: Partial<OrderSnapshot>) => {
    const status = change.status ?? order.status
    order = { ...order, ...change, access: accessOf(status), modifiedAtMs: order.modifiedAtMs + 1000 }
    echoes.push(hasRefunds() ? { kind: 'hint', ...order, reason: 'refund' } : { kind: 'snapshot', snapshot: order })
  }
  const take = <Value>(kept: Map<Call, Value>, call: Call): Value | undefined => {
    const value = kept.get(call)
    kept.delete(call)
    return value
  }
  const perform = async <Answer>(call: Call, action: () => Answer): Promise<Answer> => {
    take(actions, call)?.()
    const failure = take(failures, call)
    if (failure === 'before') throw new JobFailure('STORE_UNREACHABLE', 'asked for by the test')
    const answer = action()
    if (failure === 'after') throw new JobFailure('STORE_ERROR', 'asked for by the test')
    return Promise.resolve(answer)
  }
  return {
    notes,
    written,
    echoes,
    get order() {
      return order
    },
    change: ({ goodwill: gives = goodwill, ...change }) => {
      goodwill = gives
      modify(change)
    },
    setProduct: (facts) => {
      product = facts
    },
    failNext: (call, when) => void failures.set(call, when),
    beforeNext: (call, action) => void actions.set(call, action),
    readOrder: () => perform('readOrder', () => ({ kind: 'order', snapshot: order })),
    readProduct: () => Promise.resolve(product),
    readNotes: () => perform('readNotes', () => [...notes]),
    addNote: (_ref, text) => perform('addNote', () => void notes.push(text)),
    setStatus: (_ref, status) =>
      perform('setStatus', () => {
        written.push(status)
        modify({ status })
        return { status, hasRefunds: hasRefunds(), modifiedAtMs: order.modifiedAtMs }
      }),
  }
}

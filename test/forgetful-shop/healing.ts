/** Follows how long the LMS differs from what the shop's orders say. */
export interface Healing {
  /** The shop changed an order. */
  note(order: number, change: Change): void
  /** Looks at all orders now. */
  look(nowMs: number): void
  /** The longest time that a change took to arrive, milliseconds. */
  readonly worstMs: number
  /** Changes that took at least so long to arrive. */
  slowerThan(ms: number): number
  /** Orders whose buyers are not as they should be, and what changed last, in words. */
  differing(): readonly string[]
  /** How often an order began to want its buyer enrolled, or put out. */
  wishes(order: number): { readonly in: number; readonly out: number }
  readonly orders: readonly number[]
}

/** What an order wants from now on. */
export interface Change {
  /** Its buyer is to be enrolled, or not. */
  readonly isIn: boolean
  readonly why: string
  readonly nowMs: number
}

interface Followed {
  isIn: boolean
  why: string
  readonly wishes: { in: number; out: number }
  /** Null once the LMS agrees. */
  sinceMs: number | null
}

export function followHealing(isEnrolled: (order: number) => boolean): Healing {
  const book = new Map<number, Followed>()
  const took: number[] = []
  return {
    note: (order, { isIn, why, nowMs }) => {
      const followed = book.get(order) ?? { isIn: false, why, wishes: { in: 0, out: 0 }, sinceMs: null }
      book.set(order, followed)
      if (followed.isIn === isIn) return
      followed.wishes[isIn ? 'in' : 'out'] += 1
      Object.assign(followed, { isIn, why, sinceMs: nowMs })
    },
    look: (nowMs) => {
      for (const [order, followed] of book) {
        if (followed.sinceMs === null || isEnrolled(order) !== followed.isIn) continue
        took.push(nowMs - followed.sinceMs)
        followed.sinceMs = null
      }
    },
    get worstMs() {
      return Math.max(0, ...took)
    },
    slowerThan: (ms) => took.filter((one) => one >= ms).length,
    differing: () =>
      [...book]
        .filter(([order, { isIn }]) => isEnrolled(order) !== isIn)
        .map(([order, { why }]) => `order ${order} (${why})`),
    wishes: (order) => book.get(order)?.wishes ?? { in: 0, out: 0 },
    get orders() {
      return [...book.keys()]
    },
  }
}

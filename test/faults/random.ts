/** Chance that comes out the same for the same seed. */
export interface Random {
  /** 0 to 1. */
  next(): number
  /** One of some, each as likely. */
  pick<Element>(elements: readonly [Element, ...Element[]]): Element
  /** A whole number from `from` to `to`, both included. */
  between(from: number, to: number): number
}

/** Mulberry32: 32 bits of state, good enough to shuffle faults. */
export function seeded(seed: number): Random {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
  return {
    next,
    pick: (elements) => elements[Math.floor(next() * elements.length)] ?? elements[0],
    between: (from, to) => from + Math.floor(next() * (to - from + 1)),
  }
}

/** How long, and how often, an account is waited for. */
export interface Patience {
  /** Between the first looks. */
  readonly firstLookMs: number
  /** Looks grow apart to at most this. */
  readonly maxLookMs: number
  /** After this long without an account the seat goes to the dead letters. */
  readonly patienceMs: number
}

/**
 * Milliseconds until an account is looked for again, a quarter of the wait so far; null once patience is over.
 *
 * Most people register within minutes of paying, so early looks are close together and late ones cheap.
 */
export function nextLookMs({ firstLookMs, maxLookMs, patienceMs }: Patience, waitedMs: number): number | null {
  if (waitedMs >= patienceMs) return null
  return Math.min(Math.max(firstLookMs, waitedMs / 4), maxLookMs, patienceMs - waitedMs)
}

/** Gathers what several are about to ask, to answer it together. */
export interface Gathering<Ask> {
  /** One more is about to ask. */
  expect(): void
  /** One who was expected asks. */
  add(ask: Ask): void
  /** One who was expected will not ask. */
  excuse(): void
}

/**
 * Answers what was asked once nobody is expected any more and no answer is under way, and at the latest `longestMs` after the
 * first asked. Whoever asks while an answer is under way waits for the next: no answer is older than its question.
 */
export function createGathering<Ask>(
  answer: (asks: readonly Ask[]) => Promise<void>,
  longestMs: number,
): Gathering<Ask> {
  let [expected, underWay] = [0, 0]
  let asks: Ask[] = []
  let latest: NodeJS.Timeout | undefined

  const begin = () => {
    clearTimeout(latest)
    latest = undefined
    const batch = asks
    asks = []
    underWay += 1
    answer(batch).then(isOver, isOver)
  }
  const isOver = () => {
    underWay -= 1
    beginIfReady()
  }
  const beginIfReady = () => {
    if (asks.length > 0 && expected === 0 && underWay === 0) begin()
  }
  return {
    expect: () => {
      expected += 1
    },
    add: (ask) => {
      expected -= 1
      asks.push(ask)
      latest ??= setTimeout(begin, longestMs)
      beginIfReady()
    },
    excuse: () => {
      expected -= 1
      beginIfReady()
    },
  }
}

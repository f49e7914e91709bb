/** What is to happen at which time; in the order in which it was asked for, where times are the same. */
export interface Timeline {
  add(ms: number, action: () => void): void
  /** Does all that is due by then, one after another, with what that makes due. */
  catchUp(nowMs: number): void
  /** Infinity if nothing is to come. */
  nextMs(): number
}

export function createTimeline(): Timeline {
  const moments: { readonly ms: number; readonly action: () => void }[] = []
  return {
    add: (ms, action) => {
      const before = moments.findLastIndex((moment) => moment.ms <= ms)
      moments.splice(before + 1, 0, { ms, action })
    },
    catchUp: (nowMs) => {
      while ((moments[0]?.ms ?? Infinity) <= nowMs) moments.shift()?.action()
    },
    nextMs: () => moments[0]?.ms ?? Infinity,
  }
}

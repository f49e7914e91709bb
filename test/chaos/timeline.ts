/** What is to happen at which time; in the order in which it was asked for, where times are the same. */
export interface Timeline {
  add(ms: number, action: () => void): void
  /** Takes what is due by then. */
  take(nowMs: number): readonly (() => void)[]
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
    take: (nowMs) => {
      const later = moments.findIndex(({ ms }) => ms > nowMs)
      return moments.splice(0, later === -1 ? moments.length : later).map(({ action }) => action)
    },
    nextMs: () => moments[0]?.ms ?? Infinity,
  }
}

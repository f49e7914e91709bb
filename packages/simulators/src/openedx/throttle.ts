/** Whether a call is let through, and if not, how long until one may be; unknown where the site cannot tell. */
export type Admission =
  { readonly admitted: true } | { readonly admitted: false; readonly waitSeconds: number | undefined }

/** The two ways in which Open edX counts calls. */
export interface Throttle {
  /**
   * Counts accepted calls of the last minute; refused ones are not counted.
   *
   * Scopes that share a key share the count, whatever their limits; one beyond its limit by more than a call is told no
   * wait.
   *
   * @see django-rest-framework, `rest_framework/throttling.py`, `SimpleRateThrottle`
   */
  slidingMinute(key: string, callsPerMinute: number): Admission
  /** Counts calls, refused ones too, in fixed minutes. */
  fixedMinute(key: string, callsPerMinute: number): Admission
}

const minuteMs = 60_000

export function createThrottle(nowMs: () => number): Throttle {
  const accepted = new Map<string, number[]>()
  const windows = new Map<string, { readonly minute: number; readonly calls: number }>()
  return {
    slidingMinute(key, callsPerMinute) {
      const now = nowMs()
      const recent = accepted.get(key) ?? []
      const firstRecent = recent.findIndex((atMs) => atMs > now - minuteMs)
      recent.splice(0, firstRecent === -1 ? recent.length : firstRecent)
      if (recent.length >= callsPerMinute)
        return { admitted: false, waitSeconds: waitSeconds(recent, callsPerMinute, now) }
      recent.push(now)
      accepted.set(key, recent)
      return { admitted: true }
    },
    fixedMinute(key, callsPerMinute) {
      const minute = Math.floor(nowMs() / minuteMs)
      const known = windows.get(key)
      const calls = (known?.minute === minute ? known.calls : 0) + 1
      windows.set(key, { minute, calls })
      return calls > callsPerMinute ? { admitted: false, waitSeconds: undefined } : { admitted: true }
    },
  }
}

function waitSeconds(recent: readonly number[], callsPerMinute: number, now: number): number | undefined {
  const [oldest = now] = recent
  return recent.length > callsPerMinute ? undefined : Math.ceil((oldest + minuteMs - now) / 1000)
}

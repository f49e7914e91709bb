/** Told of an error; `suppressed` others like it came since the last one told. */
export type OnError = (error: Error, suppressed: number) => void

/** Lets one error through per `everyMs` and counts the others, so that a Redis in trouble does not flood the log. */
export function sampleErrors(tell: OnError, everyMs = 1000): (thrown: unknown) => void {
  let suppressed = 0
  let toldAtMs = -Infinity
  return (thrown) => {
    const nowMs = performance.now()
    if (nowMs - toldAtMs < everyMs) {
      suppressed += 1
      return
    }
    tell(thrown instanceof Error ? thrown : new Error('something other than an error was thrown'), suppressed)
    suppressed = 0
    toldAtMs = nowMs
  }
}

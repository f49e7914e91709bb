export interface ErrorBrakeOptions {
  readonly stop: () => void
  readonly go: () => void
  readonly errorsPerSecond?: number
}

/** Stops something for a second whenever it makes too many errors in one. */
export interface ErrorBrake {
  note(): void
  release(): void
}

/**
 * Keeps a fetch loop from spinning: where Redis is full and refuses every write, BullMQ asks again at once, thousands
 * of times a second.
 *
 * @see bullmq, `src/classes/worker.ts`, `retryIfFailed` with `onlyEmitError`
 */
export function brakeOnErrors({ stop, go, errorsPerSecond = 20 }: ErrorBrakeOptions): ErrorBrake {
  let secondStartedAtMs = -Infinity
  let errors = 0
  let timer: NodeJS.Timeout | undefined

  const letGo = () => {
    timer = undefined
    go()
  }
  return {
    note: () => {
      const nowMs = performance.now()
      if (nowMs - secondStartedAtMs > 1000) {
        secondStartedAtMs = nowMs
        errors = 0
      }
      errors += 1
      if (errors < errorsPerSecond || timer !== undefined) return
      stop()
      timer = setTimeout(letGo, 1000)
    },
    release: () => clearTimeout(timer),
  }
}

/** Something done again and again, never twice at a time. */
export interface Repetition {
  /** Does it once more, after what is being done now; throws if that fails. */
  now(): Promise<void>
  /** Waits for what is being done. */
  close(): Promise<void>
}

/** Does something at once and then `everyMs` after each end. What it throws is told and tried again next time. */
export function repeat(turn: () => Promise<void>, everyMs: number, onError: (thrown: unknown) => void): Repetition {
  let isClosed = false
  let timer: NodeJS.Timeout | undefined
  let last: Promise<void> = Promise.resolve()

  const now = () => {
    const done = last.then(turn)
    last = done.catch(() => undefined)
    return done
  }
  const go = async () => {
    await now().catch(onError)
    if (!isClosed) timer = setTimeout(() => void go(), everyMs)
  }
  void go()
  return {
    now,
    close: async () => {
      isClosed = true
      clearTimeout(timer)
      await last
    },
  }
}

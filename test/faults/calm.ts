import { setTimeout as pause } from 'node:timers/promises'
import type { Conservation } from '@seatkeeper/core'
import { createLedger } from '@seatkeeper/ledger'
import type { LmsSimulator } from '@seatkeeper/simulators'
import { Redis } from 'ioredis'

/** As long as a stalled job and two sweeps may take, and some work. */
const usualPatienceMs = 150_000

/** Until nothing is due and Redis' own count comes out even, or for so long. */
export async function untilCalm(
  redisUrl: string,
  say: (text: string) => void,
  withinMs = usualPatienceMs,
): Promise<Conservation> {
  const redis = new Redis(redisUrl)
  const ledger = createLedger(redis)
  const deadline = performance.now() + withinMs
  let counted = await ledger.conservation()
  let saidMs = performance.now()
  while (counted.due > 0 && performance.now() < deadline) {
    await pause(500)
    counted = await ledger.conservation()
    if (performance.now() - saidMs > 10_000) {
      say(`  ${counted.due} of ${counted.registered} still due`)
      saidMs = performance.now()
    }
  }
  redis.disconnect()
  return counted
}

/** Each seat is one order's, so it may be activated once and ended once. */
export function repeatedEffects(campus: LmsSimulator): readonly string[] {
  const effects = campus.events.flatMap((event) =>
    event.kind === 'activated' || event.kind === 'deactivated'
      ? [`${event.kind} ${event.username} ${event.course}`]
      : [],
  )
  const counts = Map.groupBy(effects, (effect) => effect)
  return [...counts].filter(([, times]) => times.length > 1).map(([effect, times]) => `${effect} ×${times.length}`)
}

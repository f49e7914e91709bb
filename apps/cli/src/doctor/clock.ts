import { ok, unknown, warning, wrong, type Verdict } from './finding.ts'

const warnMs = 30_000
/** Times of orders would be misjudged; and signatures of calls over plain http are refused at fifteen minutes. */
const wrongMs = 300_000

/** Compares the clock of a site with ours, by the `Date` of any answer it gives to anybody. */
export async function compareClock(url: string, signal: AbortSignal): Promise<readonly Verdict[]> {
  const askedMs = Date.now()
  const answer = await fetch(url, { redirect: 'manual', signal }).catch(() => undefined)
  await answer?.body?.cancel()
  const date = answer?.headers.get('date')
  const toldMs = Date.parse(date ?? '') + Number(answer?.headers.get('age') ?? 0) * 1000
  return [judgeClock(toldMs, askedMs, Date.now())]
}

/**
 * How far a clock is from ours at the least: its answer is of whole seconds, and of some moment between question and
 * answer. Pure.
 *
 * @param toldMs NaN where it told none.
 */
export function judgeClock(toldMs: number, askedMs: number, answeredMs: number): Verdict {
  if (Number.isNaN(toldMs)) return unknown('It does not tell its time.', 'See that it answers.')
  const aheadMs = Math.max(toldMs - answeredMs, 0)
  const behindMs = Math.max(askedMs - (toldMs + 1000), 0)
  const skewMs = Math.max(aheadMs, behindMs)
  if (skewMs <= warnMs) return ok('Its clock agrees with ours.')
  const what = `Its clock is ${Math.round(skewMs / 1000)} s ${aheadMs > 0 ? 'ahead of' : 'behind'} ours.`
  return (skewMs > wrongMs ? wrong : warning)(what, 'Run NTP on both machines.')
}

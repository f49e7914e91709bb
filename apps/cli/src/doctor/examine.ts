import { unknown, verdictOn, type Check, type Finding, type Verdict } from './finding.ts'

export interface ExamineOptions {
  /** Of each check. */
  readonly limitMs: number
  /** Told after each check how many are done. */
  readonly onDone: (done: number) => void
}

/** Runs all checks at once, each with a time limit of its own; gives what they found in the order of the checks. */
export async function examine(
  checks: readonly Check[],
  { limitMs, onDone }: ExamineOptions,
): Promise<readonly Finding[]> {
  let done = 0
  const found = await Promise.all(
    checks.map(async (check) => {
      const verdicts = await within(limitMs, (signal) => check.run(signal))
      onDone((done += 1))
      return verdicts.map((verdict) => ({ subject: check.subject, check: check.name, ...verdict }))
    }),
  )
  return found.flat()
}

/** A check that does not mind its signal is left behind. */
async function within(
  limitMs: number,
  run: (signal: AbortSignal) => Promise<readonly Verdict[]>,
): Promise<readonly Verdict[]> {
  const signal = AbortSignal.timeout(limitMs)
  const late = unknown(`No answer within ${limitMs / 1000} s.`, 'See that it is well, then try again.')
  const isLate = new Promise<readonly Verdict[]>((resolve) => {
    signal.addEventListener('abort', () => resolve([late]), { once: true })
  })
  const running = run(signal).catch((thrown: unknown) => [signal.aborted ? late : verdictOn(thrown)])
  return Promise.race([running, isLate])
}

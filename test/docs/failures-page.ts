import { failures, type Verdict } from '@seatkeeper/core'
import { anchorOf, markdownPage, markdownTable } from './markdown.ts'

/** What each verdict means, in the order of how much of a person it asks. */
const verdicts: Readonly<Record<Verdict, string>> = {
  permanent:
    'Trying again would change nothing. The order or seat becomes a dead letter at once and waits for you: do what the advice says, then replay it.',
  misconfigured:
    'The LMS or shop is asked by a call that depends on no order. If that is refused too, the lane is parked: nothing is fetched, no attempt is spent, and it goes on by itself within seconds of being right again. If that call is well, the trouble is the item’s own and it becomes a dead letter.',
  outage:
    'The same call is made. If it fails too, the gate of that LMS or shop closes for all workers, jobs go back without an attempt, and the gate opens by itself. If it is well, the trouble is the item’s own and is tried again as below.',
  throttled: 'The lane waits as long as the other side asked, or a minute if it named no time. No attempt is spent.',
  transient:
    'Tried again after growing, random pauses, at most an hour long. Once the pauses of an item add up to 24 hours, it becomes a dead letter.',
}

/** `docs/failures.md`: every failure code, by verdict, with the one thing to do about it. */
export function failuresPage(): string {
  const entries = Object.entries(failures)
  const byVerdict = Object.entries(verdicts).map(([verdict, meaning]) => {
    const codes = entries.filter(([, entry]) => entry.verdict === verdict)
    return [`## ${verdict}`, meaning, ...codes.flatMap(([code, { advice }]) => [`### ${code}`, advice])].join('\n\n')
  })
  const index = entries.map(([code, { verdict }]) => [`[\`${code}\`](#${anchorOf(code)})`, verdict])
  return markdownPage(
    '# Failure codes',
    'The same codes stand in logs (`result` of `job.failed`), in metrics, in the notes on orders, on the dashboard and in the command line. The verdict says what becomes of the job; the advice is the one thing to do. [How to replay](operators.md#dead-letters-and-replay).',
    markdownTable(['code', 'verdict'], index),
    ...byVerdict,
  )
}

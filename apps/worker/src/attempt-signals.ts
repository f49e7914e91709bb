import { changedAtMs, type ChangeId } from '@seatkeeper/core'
import type { AttemptReport } from '@seatkeeper/queue'
import type { Logger, Metrics } from '@seatkeeper/service'

/** One log line for each attempt, and counts of them. */
export function attemptSignals(log: Logger, metrics: Metrics): (report: AttemptReport) => void {
  const count = attemptMetrics(metrics)
  return (report) => {
    count(report)
    const { lane, job, item, generation, change, sinceWokenMs, waitedMs, durationMs, calls } = report
    const told = { lane, job, item, generation, change, result: resultOf(report) }
    const measured = { sinceWokenMs, waitedMs, durationMs, calls }
    const end = report.end === 'failed' ? { verdict: report.failure.verdict, next: report.action } : {}
    const error = report.end === 'failed' && report.code === 'UNEXPECTED' ? { error: report.failure } : {}
    log[levelOf(report)](`job.${report.end}`, { ...told, ...measured, ...end, ...error })
  }
}

function attemptMetrics(metrics: Metrics): (report: AttemptReport) => void {
  const role = 'first word of the lane'
  const attempts = metrics.counter({
    name: 'attempts_total',
    help: 'Attempts of jobs, by how they ended.',
    labels: {
      role,
      result: 'outcome or failure code',
      verdict: 'of the failure code; none where nothing failed',
    },
  })
  const seconds = metrics.histogram({
    name: 'attempt_seconds',
    help: 'How long attempts took, calls to LMS or shop included.',
    labels: { role },
    buckets: [0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30],
  })
  const applied = metrics.histogram({
    name: 'applied_seconds',
    help: 'From the wake-up of what then changed the other side to that change: the wait in the lane, attempts and backoff.',
    labels: { role },
    buckets: [0.1, 0.3, 1, 3, 10, 30, 100, 300, 1000, 3000],
  })
  const enrolled = metrics.histogram({
    name: 'enrolled_seconds',
    help: 'From the news of an order, by webhook or as reconcile found it, to the enrolment that it brought about.',
    labels: { lms: 'short name of the LMS' },
    buckets: [0.3, 1, 3, 10, 30, 100, 300, 1000, 3000, 10_000],
  })
  return (report) => {
    const [first = '', of = ''] = report.lane.split('.')
    const result = resultOf(report)
    const verdict = report.end === 'failed' ? report.failure.verdict : 'none'
    attempts.inc({ role: first, result, verdict })
    seconds.observe({ role: first }, report.durationMs / 1000)
    if (result !== 'applied') return
    applied.observe({ role: first }, report.sinceWokenMs / 1000)
    if (first === 'enroll' && report.change !== null) enrolled.observe({ lms: of }, sinceMs(report.change) / 1000)
  }
}

/** Clocks of two machines may differ by a little. */
function sinceMs(change: ChangeId): number {
  return Math.max(0, Date.now() - changedAtMs(change))
}

/** The outcome, the failure code, or how it ended without either. */
export function resultOf(report: AttemptReport): string {
  if (report.end === 'outcome') return report.outcome.status
  return report.end === 'failed' ? report.code : report.end
}

function levelOf(report: AttemptReport): 'info' | 'warn' {
  return report.end === 'outcome' || report.end === 'cancelled' ? 'info' : 'warn'
}

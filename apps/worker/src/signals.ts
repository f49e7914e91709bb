import { isConserved, type Conservation } from '@seatkeeper/core'
import type { AttemptReport } from '@seatkeeper/queue'
import type { Logger, Metrics } from '@seatkeeper/service'

/** How a worker shows what it does: one log line per attempt, and counts. */
export function createSignals(log: Logger, metrics: Metrics) {
  const attempts = metrics.counter({
    name: 'attempts_total',
    help: 'Attempts of jobs, by how they ended.',
    labels: { role: 'enroll, revoke or orders', result: 'outcome or failure code' },
  })
  const seconds = metrics.histogram({
    name: 'attempt_seconds',
    help: 'How long attempts took, calls to LMS or shop included.',
    labels: { role: 'enroll, revoke or orders' },
    buckets: [0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30],
  })
  const items = metrics.gauge({
    name: 'agenda_items',
    help: 'Items of the agenda, by where they stand; registered is the sum of the others.',
    labels: { status: 'registered, settled, due, waiting or dead' },
  })
  return {
    onAttempt: (report: AttemptReport) => {
      const role = report.lane.split('.')[0] ?? report.lane
      const result = resultOf(report)
      attempts.inc({ role, result })
      seconds.observe({ role }, report.durationMs / 1000)
      const { lane, job, item, generation, durationMs } = report
      const end = report.end === 'failed' ? { next: report.action } : {}
      const error = report.end === 'failed' && report.code === 'UNEXPECTED' ? { error: report.failure } : {}
      log[levelOf(report)](`job.${report.end}`, { lane, job, item, generation, result, durationMs, ...end, ...error })
    },
    onCounted: (counts: Conservation) => {
      for (const [status, count] of Object.entries(counts)) items.set({ status }, count)
      if (!isConserved(counts)) log.error('agenda.mismatch', { ...counts })
    },
  }
}

function resultOf(report: AttemptReport): string {
  if (report.end === 'outcome') return report.outcome.status
  return report.end === 'failed' ? report.code : report.end
}

function levelOf(report: AttemptReport): 'info' | 'warn' {
  return report.end === 'outcome' || report.end === 'cancelled' ? 'info' : 'warn'
}

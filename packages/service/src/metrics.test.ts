import { describe, expect, it } from '@jest/globals'
import { createMetrics } from './metrics.ts'

const settled = {
  name: 'jobs_settled_total',
  help: 'Jobs that reached an outcome.',
  labels: { lms: 'The LMS.', outcome: 'How it ended.' },
}

describe('createMetrics', () => {
  it('serves what was counted beside the metrics of Node', async () => {
    const metrics = createMetrics()
    metrics.counter(settled).inc({ lms: 'campus', outcome: 'applied' }, 2)
    metrics.gauge({ name: 'due_items', help: 'Items due.', labels: {} }).set(7)
    metrics.histogram({ name: 'call_seconds', help: 'Calls.', labels: {}, buckets: [0.1, 1] }).observe(0.5)
    const text = await metrics.text()
    expect(text).toMatch('# HELP seatkeeper_jobs_settled_total Jobs that reached an outcome.')
    expect(text).toMatch('seatkeeper_jobs_settled_total{lms="campus",outcome="applied"} 2')
    expect(text).toMatch('seatkeeper_due_items 7')
    expect(text).toMatch('seatkeeper_call_seconds_bucket{le="0.1"} 0\nseatkeeper_call_seconds_bucket{le="1"} 1')
    expect(text).toMatch(/^nodejs_eventloop_lag_p99_seconds /m)
  })

  it('tells what it defines, for the reference', () => {
    const metrics = createMetrics()
    metrics.counter(settled)
    expect(metrics.rows()).toEqual([{ ...settled, kind: 'counter', name: 'seatkeeper_jobs_settled_total' }])
  })

  it('keeps registries apart, but refuses one name twice', () => {
    const metrics = createMetrics()
    metrics.counter(settled)
    createMetrics().counter(settled)
    expect(() => metrics.counter(settled)).toThrow('already been registered')
  })
})

import { PassThrough } from 'node:stream'
import { beforeEach, describe, expect, it } from '@jest/globals'
import { ChangeId, JobFailure, LmsId, SeatId, StoreId } from '@seatkeeper/core'
import type { AttemptReport } from '@seatkeeper/queue'
import { createLogger, createMetrics, type Metrics } from '@seatkeeper/service'
import { createSignals, type Signals } from './signals.ts'

const store = StoreId.parse('shop')
const lms = LmsId.parse('campus')

let metrics: Metrics
let stream: PassThrough
let signals: Signals

beforeEach(() => {
  metrics = createMetrics()
  stream = new PassThrough()
  signals = createSignals(createLogger('info', { stream }), metrics)
})

/** Our own samples of one metric, without the prefix. */
async function samplesOf(name: string): Promise<readonly string[]> {
  const lines = (await metrics.text()).split('\n')
  return lines.filter((line) => line.startsWith(`seatkeeper_${name}{`)).map((line) => line.slice('seatkeeper_'.length))
}

const named = { lane: 'enroll.campus', job: 'seat-s1-g1', item: 'seat-s1', generation: 1, change: null }
const attempt = { ...named, sinceWokenMs: 50, waitedMs: 7, durationMs: 40, calls: 2 }

describe('createSignals, attempts', () => {
  it('counts them by outcome or code, with the verdict of the code', async () => {
    const failure = new JobFailure('LMS_UNREACHABLE', 'no answer')
    const action = { kind: 'back', delayMs: 5000, behind: 'closed' } as const
    const reports: readonly AttemptReport[] = [
      { ...attempt, end: 'outcome', outcome: { status: 'applied' } },
      { ...attempt, end: 'failed', code: failure.code, failure, action },
    ]
    reports.forEach(signals.onAttempt)
    expect(await samplesOf('attempts_total')).toEqual([
      'attempts_total{role="enroll",result="applied",verdict="none"} 1',
      'attempts_total{role="enroll",result="LMS_UNREACHABLE",verdict="outage"} 1',
    ])
    expect(await samplesOf('settled_seats_total')).toEqual(['settled_seats_total{lms="campus",class="enroll"} 1'])
  })

  it('measures from the news to the enrolment, and nothing where no news is known or nobody was enrolled', async () => {
    const change = ChangeId.parse((Date.now() - 20_000).toString(16).padStart(12, '0').padEnd(32, '0'))
    const applied = { end: 'outcome', outcome: { status: 'applied' } } as const
    const reports: readonly AttemptReport[] = [
      { ...attempt, ...applied, change },
      { ...attempt, ...applied, change: null },
      { ...attempt, ...applied, change, lane: 'revoke.campus' },
      { ...attempt, change, end: 'outcome', outcome: { status: 'unchanged' } },
    ]
    reports.forEach(signals.onAttempt)
    expect(await samplesOf('enrolled_seconds_count')).toEqual(['enrolled_seconds_count{lms="campus"} 1'])
    expect(await samplesOf('enrolled_seconds_bucket')).toContain('enrolled_seconds_bucket{le="10",lms="campus"} 0')
  })

  it('tells each in one line of everything', () => {
    const failure = new JobFailure('UNEXPECTED', 'a bug')
    const action = { kind: 'retry', delayMs: 900 } as const
    signals.onAttempt({ ...attempt, end: 'failed', code: failure.code, failure, action })
    const { time: _time, error, ...line } = JSON.parse(String(stream.read())) as Record<string, unknown>
    expect(error).toMatchObject({ message: 'a bug' })
    expect(line).toEqual({
      ...attempt,
      level: 'warn',
      event: 'job.failed',
      result: 'UNEXPECTED',
      verdict: 'transient',
      next: action,
    })
  })
})

describe('createSignals, webhooks', () => {
  const finding = { code: 'WEBHOOK_DISABLED', store, webhook: '7', topic: 'order.updated' } as const

  it('counts those that were made active again', async () => {
    signals.onWebhook({ ...finding, isRearmed: false })
    signals.onWebhook({ ...finding, isRearmed: true })
    expect(await samplesOf('rearmed_webhooks_total')).toEqual(['rearmed_webhooks_total{store="shop"} 1'])
  })

  it('shows how many are not well, and that they are well again', async () => {
    const standing = { lanes: [], deadByCode: new Map(), gates: new Map() }
    signals.onStanding({
      ...standing,
      webhooks: new Map([[store, ['WEBHOOK_MISSING', 'WEBHOOK_MISSING', 'WEBHOOK_PAUSED']]]),
    })
    expect(await samplesOf('unwell_webhooks')).toEqual([
      'unwell_webhooks{store="shop",code="WEBHOOK_DISABLED"} 0',
      'unwell_webhooks{store="shop",code="WEBHOOK_PAUSED"} 1',
      'unwell_webhooks{store="shop",code="WEBHOOK_MISSING"} 2',
    ])
    signals.onStanding({ ...standing, webhooks: new Map([[store, []]]) })
    expect(new Set(await samplesOf('unwell_webhooks').then((lines) => lines.map((line) => line.at(-1))))).toEqual(
      new Set(['0']),
    )
  })
})

describe('createSignals, calls', () => {
  it('counts calls and shows those that are left, unless nobody knows', async () => {
    signals.onCall(lms, { class: 'enroll', kind: 'write' })
    signals.onCallsLeft(lms, 98)
    signals.onCallsLeft(lms, undefined)
    expect(await samplesOf('lms_calls_total')).toEqual(['lms_calls_total{lms="campus",class="enroll",kind="write"} 1'])
    expect(await samplesOf('lms_calls_left')).toEqual(['lms_calls_left{lms="campus"} 98'])
  })
})

describe('createSignals, balance', () => {
  it('counts every seat that is not as it was paid for, and names those whose work is done', async () => {
    const seat = {
      lms,
      kind: 'refunded-but-enrolled',
      status: 'settled',
      seat: SeatId.parse('s'.padEnd(20, '1')),
    } as const
    signals.onBalanced(lms, [seat, { ...seat, status: 'due' }])
    expect(await samplesOf('imbalanced_seats')).toContain(
      'imbalanced_seats{lms="campus",kind="refunded-but-enrolled",status="settled"} 1',
    )
    const lines = String(stream.read()).trim().split('\n')
    expect(lines.map((line) => JSON.parse(line) as object)).toEqual([
      expect.objectContaining({ event: 'seat.imbalanced', lms, kind: seat.kind, item: `seat-${seat.seat}` }),
    ])
  })
})

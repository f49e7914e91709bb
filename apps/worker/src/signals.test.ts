import { beforeEach, describe, expect, it } from '@jest/globals'
import { JobFailure, LmsId, StoreId } from '@seatkeeper/core'
import type { AttemptReport } from '@seatkeeper/queue'
import { createLogger, createMetrics, type Metrics } from '@seatkeeper/service'
import { createSignals, type Signals } from './signals.ts'

const store = StoreId.parse('shop')
const lms = LmsId.parse('campus')

let metrics: Metrics
let signals: Signals

beforeEach(() => {
  metrics = createMetrics()
  signals = createSignals(createLogger('silent'), metrics)
})

/** Our own samples of one metric, without the prefix. */
async function samplesOf(name: string): Promise<readonly string[]> {
  const lines = (await metrics.text()).split('\n')
  return lines.filter((line) => line.startsWith(`seatkeeper_${name}{`)).map((line) => line.slice('seatkeeper_'.length))
}

const attempt = { lane: 'enroll.campus', job: 'seat-s1-g1', item: 'seat-s1', generation: 1, durationMs: 40 }

describe('createSignals, attempts', () => {
  it('counts them by outcome or code, with the verdict of the code', async () => {
    const failure = new JobFailure('LMS_UNREACHABLE', 'no answer')
    const action = { kind: 'back', delayMs: 5000, behind: 'closed' } as const
    const reports: readonly AttemptReport[] = [
      { ...attempt, sinceWokenMs: 50, end: 'outcome', outcome: { status: 'applied' } },
      { ...attempt, sinceWokenMs: 50, end: 'failed', code: failure.code, failure, action },
    ]
    reports.forEach(signals.onAttempt)
    expect(await samplesOf('attempts_total')).toEqual([
      'attempts_total{role="enroll",result="applied",verdict="none"} 1',
      'attempts_total{role="enroll",result="LMS_UNREACHABLE",verdict="outage"} 1',
    ])
    expect(await samplesOf('settled_seats_total')).toEqual(['settled_seats_total{lms="campus",class="enroll"} 1'])
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

import {
  isConserved,
  unwellSaleCodes,
  type Conservation,
  type LanePause,
  type LmsId,
  type Outcome,
  type StoreId,
} from '@seatkeeper/core'
import type { Audited, Reconciled, SaleFinding, WebhookFinding } from '@seatkeeper/fulfilment'
import { imbalanceKinds, type ImbalancedSeat } from '@seatkeeper/ledger'
import type { OnCall } from '@seatkeeper/openedx'
import type { AttemptReport } from '@seatkeeper/queue'
import type { Logger, Metrics } from '@seatkeeper/service'
import { attemptSignals } from './attempt-signals.ts'
import { tellImbalances } from './imbalance-log.ts'
import { standingSignals } from './standing-signals.ts'

/** How a worker shows what it does: one log line per attempt, and counts. */
export function createSignals(log: Logger, metrics: Metrics) {
  const items = metrics.gauge({
    name: 'agenda_items',
    help: 'Items of the agenda, by where they stand; registered is the sum of the others.',
    labels: { status: 'registered, settled, due, waiting or dead' },
  })
  const onAttempt = attemptSignals(log, metrics)
  const calls = callSignals(metrics)
  return {
    onAttempt: (report: AttemptReport) => {
      onAttempt(report)
      calls.onAttempt(report)
    },
    onCall: calls.onCall,
    onCallsLeft: calls.onCallsLeft,
    ...choreSignals(log, metrics),
    ...balanceSignals(log, metrics),
    ...salesSignals(log, metrics),
    ofLanes: laneSignals(log, metrics),
    onStanding: standingSignals(metrics),
    onPurged: (purged: { readonly items: number; readonly jobs: number }) => log.info('ledger.purged', { ...purged }),
    onCounted: (counts: Conservation) => {
      for (const [status, count] of Object.entries(counts)) items.set({ status }, count)
      if (!isConserved(counts)) log.error('agenda.mismatch', { ...counts })
    },
  }
}

export type Signals = ReturnType<typeof createSignals>

function laneSignals(log: Logger, metrics: Metrics) {
  const paused = metrics.gauge({
    name: 'lane_paused',
    help: '1 while an operator has stopped the lane, 0 once it goes on.',
    labels: { lane: 'name of the lane' },
  })
  return {
    onPaused: ({ lane, by, reason }: LanePause) => {
      paused.set({ lane }, 1)
      log.warn('lane.paused', { lane, by, reason })
    },
    onResumed: (lane: string) => {
      paused.set({ lane }, 0)
      log.info('lane.resumed', { lane })
    },
  }
}

function salesSignals(log: Logger, metrics: Metrics) {
  const unwell = metrics.gauge({
    name: 'unwell_products',
    help: 'Products and variations on sale whose buyers would not get the course run, or late, or for nothing.',
    labels: { store: 'short name of the store', code: 'what is not well; see catalogue check' },
  })
  return {
    onSales: (store: StoreId, found: readonly SaleFinding[]) => {
      for (const code of unwellSaleCodes)
        unwell.set({ store, code }, found.filter((finding) => finding.code === code).length)
      for (const { product, variation, item, code } of found)
        log.warn('catalogue.unwell', { store, product, variation, code, ...item })
    },
  }
}

const itemStatuses = ['due', 'waiting', 'settled', 'dead'] as const

function balanceSignals(log: Logger, metrics: Metrics) {
  const tell = tellImbalances(log)
  const seats = metrics.gauge({
    name: 'imbalanced_seats',
    help: 'Seats that are paid but not enrolled, or refunded but enrolled, by where they stand.',
    labels: {
      lms: 'short name of the LMS',
      kind: imbalanceKinds.join(' or '),
      status: 'due, waiting, settled or dead',
    },
  })
  return {
    onBalanced: (lms: LmsId, imbalanced: readonly ImbalancedSeat[]) => {
      for (const kind of imbalanceKinds)
        for (const status of itemStatuses)
          seats.set(
            { lms, kind, status },
            imbalanced.filter((seat) => seat.kind === kind && seat.status === status).length,
          )
      tell(lms, imbalanced)
    },
  }
}

function callSignals(metrics: Metrics) {
  const lms = 'short name of the LMS'
  const calls = metrics.counter({
    name: 'lms_calls_total',
    help: 'Calls to LMSs. All kinds but account and opening count against callsPerMinute.',
    labels: {
      lms,
      class: 'revoke, enroll or housekeeping',
      kind: 'read (one row), list (rows of several learners), write, invitation, account or opening',
    },
  })
  const seats = metrics.counter({
    name: 'settled_seats_total',
    help: 'Jobs that found or made a seat as it is wanted.',
    labels: { lms, class: 'revoke or enroll' },
  })
  const left = metrics.gauge({
    name: 'lms_calls_left',
    help: 'Calls that all users of an LMS together may still make now.',
    labels: { lms },
  })
  return {
    onCall: (id: LmsId, { class: of, kind }: Parameters<OnCall>[0]) => calls.inc({ lms: id, class: of, kind }),
    onCallsLeft: (id: LmsId, count: number | undefined) => {
      if (count !== undefined) left.set({ lms: id }, count)
    },
    onAttempt: (report: AttemptReport) => {
      const [of = '', id = ''] = report.lane.split('.')
      const isSettled = report.end === 'outcome' && settledStatuses.has(report.outcome.status)
      if (isSettled && (of === 'enroll' || of === 'revoke')) seats.inc({ lms: id, class: of })
    },
  }
}

const settledStatuses: ReadonlySet<Outcome['status']> = new Set(['applied', 'unchanged'])

function choreSignals(log: Logger, metrics: Metrics) {
  const healed = metrics.counter({
    name: 'reconciled_orders_total',
    help: 'Orders that reconcile had to put right or look at, because no webhook told of them.',
    labels: { store: 'short name of the store', how: 'applied as they were listed, or made due to be read' },
  })
  const drifted = metrics.counter({
    name: 'drifted_seats_total',
    help: 'Seats whose row at the LMS somebody else had changed.',
    labels: { lms: 'short name of the LMS', action: 'reported or repaired' },
  })
  const rearmed = metrics.counter({
    name: 'rearmed_webhooks_total',
    help: 'Webhooks that the shop had disabled and that were made active again.',
    labels: { store: 'short name of the store' },
  })
  return {
    onReconciled: (round: Reconciled) => {
      healed.inc({ store: round.store, how: 'applied' }, round.applied)
      healed.inc({ store: round.store, how: 'read' }, round.bumped)
      log[round.held > 0 ? 'warn' : 'info']('reconcile.round', { ...round })
    },
    onAudited: (lms: LmsId, audited: Audited) => {
      drifted.inc({ lms, action: 'repaired' }, audited.repaired)
      drifted.inc({ lms, action: 'reported' }, audited.drifted - audited.repaired)
      log[audited.drifted > 0 ? 'warn' : 'info']('audit.round', { lms, ...audited })
    },
    onWebhook: (finding: WebhookFinding) => {
      if (finding.isRearmed) rearmed.inc({ store: finding.store })
      log.error('webhook.unwell', { ...finding })
    },
  }
}

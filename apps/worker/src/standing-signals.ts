import type { GateState, StoreId } from '@seatkeeper/core'
import { webhookCodes, type WebhookFinding } from '@seatkeeper/fulfilment'
import type { LaneBacklog } from '@seatkeeper/ledger'
import type { Metrics } from '@seatkeeper/service'

/** How things stand in the whole deployment, as any worker sees it. */
export interface Standing {
  readonly lanes: readonly LaneBacklog[]
  readonly deadByCode: ReadonlyMap<string, number>
  /** By name. */
  readonly gates: ReadonlyMap<string, GateState>
  /** What the webhook watch found last and could not mend, a code for each finding. */
  readonly webhooks: ReadonlyMap<StoreId, readonly WebhookFinding['code'][]>
}

const gateStates = ['open', 'closed', 'parked', 'throttled'] as const

/** Shows how things stand; what is gone since the last look is shown no more. */
export function standingSignals(metrics: Metrics): (standing: Standing) => void {
  const items = metrics.gauge({
    name: 'lane_items',
    help: 'Items that are due or wait in a lane.',
    labels: { lane: 'name of the lane', status: 'due or waiting' },
  })
  const oldest = metrics.gauge({
    name: 'lane_oldest_due_seconds',
    help: 'For how long the oldest due item of a lane is due; 0 where none is.',
    labels: { lane: 'name of the lane' },
  })
  const dead = metrics.gauge({
    name: 'dead_items',
    help: 'Items that are dead, by what they died of.',
    labels: { code: 'failure code' },
  })
  const gate = metrics.gauge({
    name: 'gate_state',
    help: '1 for the state that a gate is in, 0 for the others.',
    labels: { gate: 'lms or store, a dot and its short name', state: gateStates.join(', ') },
  })
  const unwell = metrics.gauge({
    name: 'unwell_webhooks',
    help: 'Webhooks of ours that were disabled, paused or missing at the last look and are not active again.',
    labels: { store: 'short name of the store', code: webhookCodes.join(', ') },
  })
  return ({ lanes, deadByCode, gates, webhooks }) => {
    for (const { lane, due, waiting, oldestMs } of lanes) {
      items.set({ lane, status: 'due' }, due)
      items.set({ lane, status: 'waiting' }, waiting)
      oldest.set({ lane }, oldestMs / 1000)
    }
    dead.reset()
    for (const [code, count] of deadByCode) dead.set({ code }, count)
    for (const [name, { state }] of gates)
      for (const one of gateStates) gate.set({ gate: name, state: one }, one === state ? 1 : 0)
    for (const [store, found] of webhooks)
      for (const code of webhookCodes) unwell.set({ store, code }, found.filter((one) => one === code).length)
  }
}

import { jobOf, toFailure, type Lms, type Outcome, type Store, type WakeUp } from '@seatkeeper/core'
import {
  acceptNews,
  readOrder,
  reconcile,
  settleSeat,
  watchWebhooks,
  type Reconciled,
  type WebhookFinding,
} from '@seatkeeper/fulfilment'
import type { RedisLedger } from '@seatkeeper/ledger'
import { policyOf, webhookTopics, type StoreConfig } from '@seatkeeper/woocommerce'

export interface HandsParts {
  readonly ledger: RedisLedger
  readonly config: StoreConfig
  readonly store: Store
  readonly lms: Lms
  /** Where the shop sends its webhooks. */
  readonly deliveryUrl: string
  /** Wake-ups that nobody took yet; more may come at any time. */
  readonly due: WakeUp[]
}

/** Does what workers do, without a queue: nothing comes about unless `work` is called. */
export interface Hands {
  readonly rounds: readonly Reconciled[]
  readonly findings: readonly WebhookFinding[]
  /** Failures that do not pass by themselves. */
  readonly troubles: readonly string[]
  /** Until nothing is due any more. */
  work(): Promise<void>
}

type Handler = (data: object, context: { readonly signal: AbortSignal }) => Promise<Outcome>

const atOnce = 10
const minuteMs = 60_000
const patience = { firstLookMs: minuteMs, maxLookMs: minuteMs, patienceMs: 90 * 1440 * minuteMs }
const seatPolicy = { closedCourse: 'refuse', lastClaimGone: 'deactivate' } as const

/** With the pauses between rounds that workers are configured with unless told otherwise. */
export function createHands({ ledger, config, store, lms, deliveryUrl, due }: HandsParts): Hands {
  const rounds: Reconciled[] = []
  const findings: WebhookFinding[] = []
  const troubles: string[] = []
  const fail = (error: unknown) => {
    const { code, verdict } = toFailure(error)
    if (code === 'UNEXPECTED' || verdict === 'permanent') troubles.push(String(error))
  }
  const wake = (wakeUps: readonly WakeUp[]) => Promise.resolve(void due.push(...wakeUps))
  const policy = policyOf(config)
  const parts = { ledger, store, lms, policy, wake, onFailure: fail }
  const settle = settleSeat({ ...parts, patience, policy: seatPolicy })
  const reconciling = reconcile({
    ...parts,
    catalogue: policy.catalogue,
    accept: acceptNews({ ledger, policyOf: () => policy, wake, onWakeFailed: fail }),
    sinceMs: null,
    everyMs: config.reconcileMinutes * minuteMs,
    onRound: (round) => void rounds.push(round),
  })
  const watching = watchWebhooks({
    ...parts,
    deliveryUrl,
    topics: webhookTopics,
    rearms: ['disabled'],
    everyMs: 4 * minuteMs,
    onFinding: (finding) => void findings.push(finding),
  })
  const handlers: Readonly<Record<string, unknown>> = {
    'read-order': readOrder(parts),
    'enroll-seat': settle,
    'revoke-seat': settle,
    'do-chore': (data: Parameters<typeof watching>[0], context: Parameters<typeof watching>[1]) =>
      (data.chore === 'watch' ? watching : reconciling)(data, context),
  }
  const handle = async (wakeUp: WakeUp) => {
    const { type, data } = jobOf(wakeUp)
    const handler = handlers[type.name] as Handler
    await handler(data, { signal: AbortSignal.timeout(minuteMs) }).catch(fail)
  }
  const sweep = async () => {
    for (const lane of await ledger.lanes()) due.push(...(await ledger.sweep(lane, 1000)))
  }
  const work = async () => {
    for (await sweep(); due.length > 0; await sweep())
      await Promise.all(Array.from({ length: atOnce }, () => takeTurns(due, handle)))
  }
  return { rounds, findings, troubles, work }
}

/** What is only due later is left for a sweep to find. */
async function takeTurns(due: WakeUp[], handle: (wakeUp: WakeUp) => Promise<void>): Promise<void> {
  for (let next = due.shift(); next !== undefined; next = due.shift()) if (next.delayMs === 0) await handle(next)
}

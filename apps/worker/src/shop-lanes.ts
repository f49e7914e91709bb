import {
  doChore,
  gateName,
  laneOf,
  readOrder as readOrderJob,
  tellShop as tellShopJob,
  type JobData,
  type Store,
} from '@seatkeeper/core'
import { acceptNews, readOrder, reconcile, tellShop, watchWebhooks } from '@seatkeeper/fulfilment'
import { startWorker, type Handler } from '@seatkeeper/queue'
import { noticeCustomStatuses, policyOf, webhookTopics, type StoreConfig } from '@seatkeeper/woocommerce'
import { behindGate, type Bench, type Lanes } from './bench.ts'

const minuteMs = 60_000

/** Reads the orders of one shop, tells it what became of them, and does its chores; reading has most of its calls. */
export function startShopLanes(bench: Bench, config: StoreConfig, store: Store): Lanes {
  const { ledger, wake, log } = bench
  const { id } = config
  const writeBack = { ...config.writeBack, failedStatus: config.writeBack.failedStatus ?? null }
  const policy = policyOf(config)
  const parts = { ledger, store, policy, wake }
  const onRefundOvertaken = (ref: object) => log.error('shop.refund-overtaken', { ...ref })
  const lanes = behindGate(bench, gateName.store(id), store, (deps) => [
    startWorker(readOrderJob, laneOf.orders(id), readOrder(parts), deps),
    startWorker(tellShopJob, laneOf.tell(id), tellShop({ ...parts, writeBack, onRefundOvertaken }), {
      ...deps,
      concurrency: 2,
    }),
    startWorker(doChore, laneOf.chores(id), chores(bench, config, store), { ...deps, concurrency: 1 }),
  ])
  return { ...lanes, prepare: () => prepare(bench, config) }
}

/** Puts the chores on the agenda, and has tried again what died under another catalogue. */
async function prepare({ ledger, wake }: Bench, config: StoreConfig): Promise<void> {
  const { id, publicUrl } = config
  const lane = laneOf.chores(id)
  await ledger.ensureChore({ kind: 'chore', chore: 'reconcile', of: id }, lane)
  if (publicUrl !== undefined) await ledger.ensureChore({ kind: 'chore', chore: 'watch', of: id }, lane)
  const { wakeUps } = await ledger.reviveUnderCatalogue(id, policyOf(config).catalogue.hash)
  await wake(wakeUps)
}

function chores(
  { ledger, wake, log, signals, traces }: Bench,
  config: StoreConfig,
  store: Store,
): Handler<JobData<typeof doChore>> {
  const { id, publicUrl, reconcileMinutes } = config
  const policy = policyOf(config)
  const onFailure = (error: unknown) => log.warn('chore.failed', { of: id, error })
  const onWakeFailed = (error: unknown) => log.warn('queue.error', { error })
  const onSnapshot = noticeCustomStatuses((found) => log.warn('order.undecided', { ...found }))
  const reconciling = reconcile({
    ledger,
    store,
    accept: traces.telling(acceptNews({ ledger, policyOf: () => policy, wake, onWakeFailed, onSnapshot })),
    wake,
    catalogue: policy.catalogue,
    sinceMs: policy.sinceMs,
    everyMs: reconcileMinutes * minuteMs,
    onRound: signals.onReconciled,
    onFailure,
  })
  const watching = watchWebhooks({
    ledger,
    store,
    deliveryUrl: `${publicUrl ?? ''}/webhooks/${id}`,
    topics: webhookTopics,
    rearms: ['disabled'],
    everyMs: 4 * minuteMs,
    wake,
    onFinding: signals.onWebhook,
    onFailure,
  })
  return (data, context) => (data.chore === 'watch' ? watching(data, context) : reconciling(data, context))
}

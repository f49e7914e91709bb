import {
  StoreId,
  toFailure,
  type doChore,
  type Housekeeping,
  type JobData,
  type Ledger,
  type Outcome,
  type ShopWebhook,
  type Store,
  type WakeUp,
} from '@seatkeeper/core'
import { doRound, type ChoreTurn } from './chore.ts'

export interface WatchWebhooksParts {
  readonly ledger: Ledger & Pick<Housekeeping, 'bumpChore'>
  readonly store: Pick<Store, 'readWebhooks' | 'setWebhookStatus'>
  /** Where the shop is to send its webhooks; see `isDeliveredTo`. */
  readonly deliveryUrl: string
  /** What the shop is to send. */
  readonly topics: readonly string[]
  /** Which webhooks are made active again. A person pauses one; a shop disables it. */
  readonly rearms: readonly ('disabled' | 'paused')[]
  readonly everyMs: number
  readonly wake: (wakeUps: readonly WakeUp[]) => Promise<void>
  /** Told once of everything that is wrong, and once more if it went wrong again. */
  readonly onFinding: (finding: WebhookFinding) => void
  readonly onFailure: ChoreTurn['onFailure']
}

/** What can be wrong with a webhook of ours. Codes are public: logs, metrics and the console use them. */
export const webhookCodes = ['WEBHOOK_DISABLED', 'WEBHOOK_PAUSED', 'WEBHOOK_MISSING'] as const

/** Something wrong with a webhook of ours. */
export interface WebhookFinding {
  readonly code: (typeof webhookCodes)[number]
  readonly store: StoreId
  /** Null where there is none for the topic. */
  readonly webhook: string | null
  readonly topic: string
  /** It was made active again. The shop has not forgotten its failures: the very next one disables it once more. */
  readonly isRearmed: boolean
}

/**
 * One look at the shop's webhooks: those that it disabled are made active again, and what was lost meanwhile is reconciled
 * at once.
 *
 * WooCommerce disables a webhook at the seventh failure in a row and keeps the count at six when it is made active again; one
 * delivery that goes well clears it. So a webhook may be found disabled at every look until our side answers again, and each
 * time that is told anew.
 *
 * @see woocommerce, `plugins/woocommerce/includes/class-wc-webhook.php`, `failed_delivery`
 */
export function watchWebhooks(parts: WatchWebhooksParts) {
  const { ledger, everyMs, onFailure } = parts
  return ({ of }: JobData<typeof doChore>, { signal }: { readonly signal: AbortSignal }): Promise<Outcome> => {
    const store = StoreId.parse(of)
    const turn = { item: { kind: 'chore', chore: 'watch', of: store }, everyMs, onFailure } as const
    return doRound(ledger, turn, () => look(parts, store, signal))
  }
}

/** Where the ledger keeps what the last look found; see `codesFound`. Stored data. */
export function watchCursor(store: StoreId): string {
  return `watch-${store}`
}

/** What the last look found wrong and could not mend: a code for each finding; none where nobody looked yet. */
export function codesFound(kept: string | null): readonly WebhookFinding['code'][] {
  const words = (kept ?? '').split('\n').map((line) => line.split(' ')[0])
  return words.flatMap((word) => webhookCodes.find((code) => code === word) ?? [])
}

/** Whether a webhook is sent to an address. Two spellings of one address are one. */
export function isDeliveredTo({ deliveryUrl }: Pick<ShopWebhook, 'deliveryUrl'>, url: string): boolean {
  return plain(deliveryUrl) === plain(url)
}

function plain(url: string): string {
  return (URL.parse(url)?.href ?? url).replace(/\/+$/, '')
}

async function look(parts: WatchWebhooksParts, store: StoreId, signal: AbortSignal): Promise<{ isDone: true }> {
  const { ledger, wake, onFinding } = parts
  const ours = (await parts.store.readWebhooks(signal)).filter((webhook) => isDeliveredTo(webhook, parts.deliveryUrl))
  const cursor = watchCursor(store)
  const told = new Set((await ledger.readCursor(cursor))?.split('\n') ?? [])
  const findings: WebhookFinding[] = []
  for (const finding of findingsOf(ours, parts.topics, store)) findings.push(await rearm(parts, finding, signal))
  const news = findings.filter((finding) => finding.isRearmed || !told.has(nameOf(finding)))
  for (const finding of news) onFinding(finding)
  if (news.length > 0) await wake((await ledger.bumpChore({ kind: 'chore', chore: 'reconcile', of: store })).wakeUps)
  // What was made active again and is found otherwise at the next look went wrong again.
  const lasting = findings.filter(({ isRearmed }) => !isRearmed)
  await ledger.writeCursor(cursor, lasting.map(nameOf).join('\n'))
  return { isDone: true }
}

/**
 * What is wrong with the webhooks of ours.
 *
 * Pure. A topic that one active webhook sends is well, whatever became of another one.
 */
export function findingsOf(
  ours: readonly ShopWebhook[],
  topics: readonly string[],
  store: StoreId,
): readonly WebhookFinding[] {
  const codes = { disabled: 'WEBHOOK_DISABLED', paused: 'WEBHOOK_PAUSED' } as const
  return topics.flatMap((topic): WebhookFinding[] => {
    const ofTopic = ours.filter((webhook) => webhook.topic === topic)
    const common = { store, topic, isRearmed: false }
    if (ofTopic.length === 0) return [{ ...common, code: 'WEBHOOK_MISSING', webhook: null }]
    if (ofTopic.some(({ status }) => status === 'active')) return []
    return ofTopic.flatMap(({ id, status }) =>
      status === 'active' ? [] : [{ ...common, code: codes[status], webhook: id }],
    )
  })
}

async function rearm(
  { store, rearms, onFailure }: WatchWebhooksParts,
  finding: WebhookFinding,
  signal: AbortSignal,
): Promise<WebhookFinding> {
  const { webhook, code } = finding
  const mayRearm = rearms.includes(code === 'WEBHOOK_PAUSED' ? 'paused' : 'disabled')
  if (webhook === null || !mayRearm) return finding
  try {
    await store.setWebhookStatus(webhook, 'active', signal)
    return { ...finding, isRearmed: true }
  } catch (error) {
    const failure = toFailure(error)
    if (failure.verdict === 'outage' || failure.verdict === 'throttled') throw failure
    onFailure(failure)
    return finding
  }
}

function nameOf({ code, webhook, topic }: WebhookFinding): string {
  return `${code} ${webhook ?? '-'} ${topic}`
}

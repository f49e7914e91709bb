import { JobFailure, type ShopWebhook, type Store } from '@seatkeeper/core'
import { findingsOf } from '@seatkeeper/fulfilment'
import { proveWriteRight, webhookTopics, type StoreEntry } from '@seatkeeper/woocommerce'
import { proveDelivery } from '../delivery-proof.ts'
import { compareClock } from './clock.ts'
import { ok, verdictOn, warning, wrong, type Check, type Verdict } from './finding.ts'
import { checkPublicUrl } from './public-address.ts'

export interface ShopToCheck {
  readonly config: StoreEntry
  readonly store: Pick<Store, 'probe' | 'readRefunds' | 'readWebhooks'>
}

/** Whether one shop serves us with all that we ask of it, and sends what we wait for. */
export function shopChecks({ config, store }: ShopToCheck): readonly Check[] {
  const subject = `store ${config.id}`
  const { publicUrl } = config
  return [
    { subject, name: 'may read', run: (signal) => checkReading(store, signal) },
    { subject, name: 'may write', run: (signal) => checkWriting(config, signal) },
    { subject, name: 'version', run: (signal) => checkVersion(store, signal) },
    { subject, name: 'transport', run: () => Promise.resolve(checkTransport(config)) },
    { subject, name: 'clock', run: (signal) => compareClock(config.url, signal) },
    { subject, name: 'webhooks', run: (signal) => checkWebhooks(config, store, signal) },
    ...(publicUrl === undefined ? [] : publicChecks(config, publicUrl)),
  ]
}

function publicChecks(config: StoreEntry, publicUrl: string): readonly Check[] {
  const subject = `store ${config.id}`
  return [
    { subject, name: 'public address', run: () => checkPublicUrl(publicUrl, config.url) },
    { subject, name: 'webhook secrets', run: (signal) => checkSecrets(config, publicUrl, signal) },
  ]
}

async function checkReading(store: Pick<Store, 'probe'>, signal: AbortSignal): Promise<readonly Verdict[]> {
  try {
    await store.probe(signal)
    return [ok('It answers, and the key may read.')]
  } catch (thrown) {
    const verdict = verdictOn(thrown)
    const isOut = thrown instanceof JobFailure && thrown.verdict === 'outage'
    return [isOut ? wrong(verdict.what, verdict.fix) : verdict]
  }
}

async function checkWriting(config: StoreEntry, signal: AbortSignal): Promise<readonly Verdict[]> {
  const { notes, complete, failedStatus } = config.writeBack
  if (!notes && !complete && failedStatus === undefined && config.publicUrl === undefined)
    return [ok('Nothing is configured that writes.')]
  try {
    await proveWriteRight(config, signal)
    return [ok('The key may write.')]
  } catch (thrown) {
    if (!(thrown instanceof JobFailure) || thrown.code !== 'STORE_KEY_REFUSED') throw thrown
    return [
      wrong(
        'The key may not write, so notes, statuses and webhooks fail.',
        'Give the REST key the permission Read/Write, or set writeBack.notes to false.',
      ),
    ]
  }
}

/** `/refunds` came with WooCommerce 9.0. */
async function checkVersion(store: Pick<Store, 'readRefunds'>, signal: AbortSignal): Promise<readonly Verdict[]> {
  try {
    await store.readRefunds(1, signal)
    return [ok('It lists its refunds, so it is WooCommerce 9.0 or newer.')]
  } catch (thrown) {
    if (!(thrown instanceof JobFailure) || thrown.code !== 'STORE_ENDPOINT_MISSING') throw thrown
    return [
      wrong('It does not list its refunds, so deleted ones go unnoticed.', 'Upgrade it to WooCommerce 9.0 or newer.'),
    ]
  }
}

function checkTransport({ url }: StoreEntry): readonly Verdict[] {
  const { protocol, hostname } = new URL(url)
  if (protocol === 'https:') return [ok('It is reached over https.')]
  if (/^(localhost|.+\.localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(hostname)) return [ok('It is on this machine.')]
  return [
    warning(
      'Others on the way can read the orders: it is reached over plain http.',
      'Give the shop TLS and set its url to https.',
    ),
  ]
}

/** What every shop must send; without the rest things are noticed late, not never. */
const needed: ReadonlySet<string> = new Set(['order.created', 'order.updated', 'order.deleted', 'order.restored'])

async function checkWebhooks(
  { id, publicUrl }: StoreEntry,
  store: Pick<Store, 'readWebhooks'>,
  signal: AbortSignal,
): Promise<readonly Verdict[]> {
  const all = await store.readWebhooks(signal)
  const ours = all.filter(({ deliveryUrl }) => pathOf(deliveryUrl).endsWith(`/webhooks/${id}`))
  const elsewhere = publicUrl === undefined ? [] : ours.filter((webhook) => !isAt(webhook, publicUrl, id))
  const right = ours.filter((webhook) => !elsewhere.includes(webhook))
  const unwell = findingsOf(right, webhookTopics, id).map(({ code, topic, webhook }) => {
    const fix =
      webhook === null
        ? `Run seatkeeper connect ${id}, or make it by hand.`
        : `Find out why at webhook.answered of the ingress, then make webhook ${webhook} active at the shop.`
    return (needed.has(topic) ? wrong : warning)(`${code}: ${topic}.`, fix)
  })
  const astray = elsewhere.map((webhook) =>
    wrong(
      `Webhook ${webhook.id} delivers to ${originOf(webhook.deliveryUrl)}, not to publicUrl.`,
      'Correct its delivery URL at the shop, or publicUrl.',
    ),
  )
  const unwatched =
    publicUrl === undefined
      ? [
          warning(
            'publicUrl is not set, so disabled webhooks stay disabled.',
            'Set publicUrl to where the shop delivers.',
          ),
        ]
      : []
  const found = [...unwell, ...astray, ...unwatched]
  return found.length > 0 ? found : [ok('All are there, active, and deliver to the right address.')]
}

function isAt({ deliveryUrl }: ShopWebhook, publicUrl: string, id: string): boolean {
  return URL.parse(deliveryUrl)?.href === URL.parse(`${publicUrl}/webhooks/${id}`)?.href
}

function pathOf(url: string): string {
  return (URL.parse(url)?.pathname ?? '').replace(/\/+$/, '')
}

/** Without what else an address may hold. */
function originOf(url: string): string {
  return URL.parse(url)?.origin ?? 'an address that is none'
}

async function checkSecrets(
  { id, webhookSecrets }: StoreEntry,
  publicUrl: string,
  signal: AbortSignal,
): Promise<readonly Verdict[]> {
  const proofs = await Promise.all(
    webhookSecrets.map((secret) => proveDelivery(`${publicUrl}/webhooks/${id}`, secret, signal)),
  )
  const troubles = proofs.filter((proof) => proof !== undefined)
  if (troubles.length === 0)
    return [ok(`The ingress takes what our ${webhookSecrets.length === 1 ? 'secret signs' : 'secrets sign'}.`)]
  return troubles.map(({ what, fix }) => wrong(what, fix))
}

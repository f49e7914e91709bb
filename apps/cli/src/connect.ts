import { createHmac } from 'node:crypto'
import { userInfo } from 'node:os'
import { connectShop, type ConnectedWebhook } from '@seatkeeper/fulfilment'
import { StartError } from '@seatkeeper/service'
import { createWooStore, webhookTopics } from '@seatkeeper/woocommerce'
import { Command } from 'commander'
import { withLedger } from './connection.ts'
import type { Surroundings } from './program.ts'
import { storeOf } from './store-of.ts'
import { table } from './table.ts'

/** `seatkeeper connect`: makes a shop's webhooks and proves that what they send is taken. */
export function connectCommand(surroundings: Surroundings): Command {
  return new Command('connect')
    .description('make the webhooks that a shop lacks, and prove that what they send is taken')
    .argument('<store>', 'short name of the store; it needs publicUrl and a key with write rights')
    .option('--by <name>', 'who asks, for the record', userInfo().username)
    .option('--json', 'for programs')
    .action((name: string, options: ConnectOptions) => connect(surroundings, name, options))
}

interface ConnectOptions {
  readonly by: string
  readonly json?: true
}

async function connect(surroundings: Surroundings, name: string, { by, json }: ConnectOptions): Promise<void> {
  const config = storeOf(surroundings, name)
  if (config.publicUrl === undefined) {
    throw new StartError(`Store ${name} has no publicUrl: say under which address the shop reaches our webhooks.`)
  }
  const deliveryUrl = `${config.publicUrl}/webhooks/${config.id}`
  const signal = AbortSignal.timeout(60_000)
  for (const secret of config.webhookSecrets) await proveTaken(deliveryUrl, secret)
  const parts = { store: createWooStore(config), deliveryUrl, topics: webhookTopics, secrets: config.webhookSecrets }
  const webhooks = await withLedger(surroundings, async ({ ledger }) => {
    await ledger.recordAction({ by, action: 'connect', on: config.id, detail: deliveryUrl })
    return connectShop(parts, signal)
  })
  surroundings.print(json ? JSON.stringify({ deliveryUrl, webhooks }, null, 2) : asText(deliveryUrl, webhooks))
}

/** Sends what a shop would, about nothing: it must be taken for authentic. @throws StartError that says what is wrong instead. */
async function proveTaken(deliveryUrl: string, secret: string): Promise<void> {
  const body = '{"action":"woocommerce_seatkeeper_connect","arg":0}'
  const signature = createHmac('sha256', secret).update(body).digest('base64')
  const headers = { 'content-type': 'application/json', 'x-wc-webhook-signature': signature }
  const answer = await fetch(deliveryUrl, {
    method: 'POST',
    body,
    headers,
    redirect: 'manual',
    signal: AbortSignal.timeout(10_000),
  }).catch(() => undefined)
  if (answer === undefined)
    throw new StartError(`Nothing answers at ${deliveryUrl}. Start the ingress, or correct publicUrl.`)
  if (answer.status === 401)
    throw new StartError(
      `The ingress at ${deliveryUrl} does not know the webhook secret. Give it the same seatkeeper.yaml.`,
    )
  if (answer.status !== 200)
    throw new StartError(
      `${deliveryUrl} answers ${answer.status} instead of 200. Correct publicUrl or the proxy in front of the ingress.`,
    )
}

function asText(deliveryUrl: string, webhooks: readonly ConnectedWebhook[]): string {
  const rows = webhooks.map(({ id, topic, status, isNew }) => [id, topic, status, isNew ? 'made now' : 'was there'])
  return `${table(['webhook', 'topic', 'status', ''], rows)}\n\nThey deliver to ${deliveryUrl}, which takes what they sign.`
}

import { userInfo } from 'node:os'
import { connectShop, type ConnectedWebhook } from '@seatkeeper/fulfilment'
import { StartError } from '@seatkeeper/service'
import { createWooStore, webhookTopics } from '@seatkeeper/woocommerce'
import { Command } from 'commander'
import { withLedger } from './connection.ts'
import { proveDelivery } from './delivery-proof.ts'
import type { Surroundings } from './program.ts'
import { storeOf } from './store-of.ts'
import { table } from './table.ts'
import { someWords } from './words.ts'

/** `seatkeeper connect`: makes a shop's webhooks and proves that what they send is taken. */
export function connectCommand(surroundings: Surroundings): Command {
  return new Command('connect')
    .description('make the webhooks that a shop lacks, and prove that what they send is taken')
    .argument('<store>', 'short name of the store; it needs publicUrl and a key with write rights')
    .option('--by <name>', 'who asks, for the record', someWords, userInfo().username)
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

/** @throws StartError that says what is wrong if the ingress does not take what this secret signs. */
async function proveTaken(deliveryUrl: string, secret: string): Promise<void> {
  const trouble = await proveDelivery(deliveryUrl, secret)
  if (trouble !== undefined) throw new StartError(`${trouble.what} ${trouble.fix}`)
}

function asText(deliveryUrl: string, webhooks: readonly ConnectedWebhook[]): string {
  const rows = webhooks.map(({ id, topic, status, isNew }) => [id, topic, status, isNew ? 'made now' : 'was there'])
  return `${table(['webhook', 'topic', 'status', ''], rows)}\n\nThey deliver to ${deliveryUrl}, which takes what they sign.`
}

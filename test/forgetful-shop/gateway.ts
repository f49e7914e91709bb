import { PassThrough } from 'node:stream'
import type { WakeUp } from '@seatkeeper/core'
import { acceptNews } from '@seatkeeper/fulfilment'
import { IngressConfig, startIngress } from '@seatkeeper/ingress'
import type { RedisLedger } from '@seatkeeper/ledger'
import { createLogger, createMetrics } from '@seatkeeper/service'
import { policyOf, webhookTopics, type StoreConfig } from '@seatkeeper/woocommerce'

/** A secret for each topic. */
export const webhookSecrets = webhookTopics.map((topic) => `whsec-${topic}`)

/** A real ingress that can be closed and opened again at the same address. */
export interface Gateway {
  /** Where the shop is to send its webhooks. */
  readonly deliveryUrl: string
  reopen(): Promise<void>
  close(): Promise<void>
}

export interface GatewayParts {
  readonly ledger: RedisLedger
  readonly config: StoreConfig
  readonly wake: (wakeUps: readonly WakeUp[]) => Promise<void>
}

export async function openGateway({ ledger, config, wake }: GatewayParts): Promise<Gateway> {
  const policy = policyOf(config)
  const { id, lms, courseMode } = config
  const accept = acceptNews({ ledger, policyOf: () => policy, wake, onWakeFailed: () => undefined })
  const open = (port: number) =>
    startIngress({
      config: IngressConfig.parse({ stores: [{ id, lms, courseMode, webhookSecrets }] }),
      accept,
      host: '127.0.0.1',
      port,
      log: createLogger('error', { stream: new PassThrough() }),
      metrics: createMetrics(),
    })
  let ingress = await open(0)
  const { port } = new URL(ingress.url)
  return {
    deliveryUrl: `${ingress.url}/webhooks/${id}`,
    reopen: async () => {
      ingress = await open(Number(port))
    },
    close: () => ingress.close(),
  }
}

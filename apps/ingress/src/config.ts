import { objectionsTo } from '@seatkeeper/core'
import { StoreWebhooks } from '@seatkeeper/woocommerce'
import { z } from 'zod'

/** What the ingress reads of `seatkeeper.yaml`: webhook secrets and how statuses count; no credential of a shop or LMS. */
export const IngressConfig = z
  .object({ stores: z.array(StoreWebhooks).min(1).describe('the shops that send webhooks') })
  .superRefine((site, context) => {
    for (const { path, message } of objectionsTo(site)) context.addIssue({ code: 'custom', path: [...path], message })
  })
export type IngressConfig = z.output<typeof IngressConfig>

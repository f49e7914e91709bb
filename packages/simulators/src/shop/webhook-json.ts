import { hooksOf, partsOf } from './hooks.ts'
import { linksOf } from './links.ts'
import { gmtTime, optionalTimes, siteTime } from './moments.ts'
import type { Home } from './order-json.ts'
import type { Webhook } from './state.ts'

/** A webhook as REST v3 shows it: no secret, and no count of failures either. */
export function webhookJson({ api }: Home, webhook: Webhook) {
  const modified = optionalTimes(webhook.modifiedMs)
  return {
    id: webhook.id,
    name: webhook.name,
    status: webhook.status,
    topic: webhook.topic,
    ...partsOf(webhook.topic),
    hooks: hooksOf(webhook.topic) ?? [],
    delivery_url: webhook.deliveryUrl,
    date_created: siteTime(webhook.createdMs),
    date_created_gmt: gmtTime(webhook.createdMs),
    date_modified: modified.site,
    date_modified_gmt: modified.gmt,
    _links: linksOf(api, `/webhooks/${webhook.id}`),
  }
}

import { createHmac } from 'node:crypto'

/** What keeps an address from taking webhooks. */
export interface DeliveryTrouble {
  readonly what: string
  readonly fix: string
}

/** Sends what a shop would, about nothing; undefined if it is taken for authentic. */
export async function proveDelivery(
  deliveryUrl: string,
  secret: string,
  signal: AbortSignal = AbortSignal.timeout(10_000),
): Promise<DeliveryTrouble | undefined> {
  const body = '{"action":"woocommerce_seatkeeper_connect","arg":0}'
  const signature = createHmac('sha256', secret).update(body).digest('base64')
  const headers = { 'content-type': 'application/json', 'x-wc-webhook-signature': signature }
  const answer = await fetch(deliveryUrl, { method: 'POST', body, headers, redirect: 'manual', signal }).catch(
    () => undefined,
  )
  await answer?.body?.cancel()
  if (answer === undefined)
    return { what: `Nothing answers at ${deliveryUrl}.`, fix: 'Start the ingress, or correct publicUrl.' }
  if (answer.status === 401)
    return {
      what: `The ingress at ${deliveryUrl} does not know the webhook secret.`,
      fix: 'Give it the same seatkeeper.yaml.',
    }
  if (answer.status === 200) return undefined
  return {
    what: `${deliveryUrl} answers ${answer.status} instead of 200.`,
    fix: 'Correct publicUrl or the proxy in front of the ingress.',
  }
}

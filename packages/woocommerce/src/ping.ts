/**
 * Whether a request is the shop asking if anybody listens, sent when a webhook is made or moved.
 *
 * It is the only request without a signature, so it must be answered 200 and believed in nothing. Further form fields
 * do not make it another thing.
 *
 * @see woocommerce, `plugins/woocommerce/includes/class-wc-webhook.php`, `deliver_ping`
 */
export function isPing(body: Buffer, contentType: string | undefined): boolean {
  const mediaType = contentType?.split(';', 1)[0]?.trim().toLowerCase()
  if (mediaType !== 'application/x-www-form-urlencoded') return false
  return /^webhook_id=\d{1,20}(?:&|$)/.test(body.toString('latin1', 0, 64))
}

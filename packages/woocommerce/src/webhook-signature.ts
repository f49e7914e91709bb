import { createHmac, timingSafeEqual } from 'node:crypto'

/**
 * Whether a webhook's body was signed with one of a store's secrets.
 *
 * All secrets are compared, each in constant time, so the time taken tells nothing of which one fitted. WordPress
 * decodes entities in a secret before it signs, so each secret counts in its decoded form too. An empty secret fits
 * nothing. Never throws.
 *
 * @param body            the raw bytes; parsing and writing JSON again gives other bytes.
 * @param signatureHeader `X-WC-Webhook-Signature`, exactly one value: base64 of 32 bytes, 44 characters.
 * @see woocommerce, `plugins/woocommerce/includes/class-wc-webhook.php`, `generate_signature`
 */
export function isAuthentic(
  body: Buffer,
  signatureHeader: string | readonly string[] | undefined,
  secrets: readonly string[],
): boolean {
  const signature = readSignature(signatureHeader)
  if (signature === undefined) return false
  const fits = secrets.flatMap(formsOf).map((secret) => timingSafeEqual(sign(body, secret), signature))
  return fits.includes(true)
}

function readSignature(header: string | readonly string[] | undefined): Buffer | undefined {
  const [value, ...others] = typeof header === 'string' ? [header] : (header ?? [])
  if (typeof value !== 'string' || others.length > 0) return undefined
  const bytes = Buffer.from(value, 'base64')
  return bytes.length === 32 && bytes.toString('base64') === value ? bytes : undefined
}

function formsOf(secret: string): readonly string[] {
  return [...new Set([secret, decodeEntities(secret)])].filter((form) => form !== '')
}

function sign(body: Buffer, secret: string): Buffer {
  return createHmac('sha256', secret).update(body).digest()
}

const characters: ReadonlyMap<string, string> = new Map([
  ['amp', '&'],
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
])
const decodable = /&(?:(amp|lt|gt|quot)|#0*(34|38|39|60|62)|#x0*(22|26|27|3c|3e));/gi

/** Once through, so `&amp;lt;` becomes `&lt;`. Names count in lower case only, as in WordPress. */
function decodeEntities(text: string): string {
  return text.replace(decodable, (entity, name?: string, decimal?: string, hexadecimal?: string) => {
    if (name !== undefined) return characters.get(name) ?? entity
    return String.fromCodePoint(decimal === undefined ? Number.parseInt(hexadecimal ?? '', 16) : Number(decimal))
  })
}

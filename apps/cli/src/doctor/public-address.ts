import { lookup } from 'node:dns/promises'
import { BlockList, isIP } from 'node:net'
import { ok, warning, wrong, type Verdict } from './finding.ts'

const notPublic = new BlockList()
const networks: readonly (readonly [string, number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
]
for (const [network, prefix] of networks) notPublic.addSubnet(network, prefix)

const usualPorts = new Set(['', '80', '443', '8080'])

/** Looks up where the shop would deliver to, as far as that can be seen from here. */
export async function checkPublicUrl(publicUrl: string, shopUrl: string): Promise<readonly Verdict[]> {
  const { hostname } = new URL(publicUrl)
  const found = isIP(hostname)
    ? [{ address: hostname }]
    : await lookup(hostname, { all: true, family: 4 }).catch(() => [])
  return judgePublicUrl({ publicUrl, shopUrl, addresses: found.map(({ address }) => address) })
}

export interface PublicAddress {
  readonly publicUrl: string
  readonly shopUrl: string
  /** What its host name resolves to by IPv4. */
  readonly addresses: readonly string[]
}

/**
 * Whether a stock shop would deliver to an address; it does not say so when the webhook is saved. Pure.
 *
 * @see WordPress, `wp-includes/http.php`, `wp_http_validate_url`
 */
export function judgePublicUrl({ publicUrl, shopUrl, addresses }: PublicAddress): readonly Verdict[] {
  const ours = new URL(publicUrl)
  const shop = new URL(shopUrl)
  if (isThisMachine(ours.hostname) && isThisMachine(shop.hostname))
    return [ok('Shop and webhooks are on this machine; what a public shop would refuse is not judged.')]
  return [
    ...judgeHost(ours, shop, addresses),
    ...(usualPorts.has(ours.port) || (ours.hostname === shop.hostname && ours.port === shop.port)
      ? []
      : [
          wrong(
            `A stock shop delivers to no port ${ours.port}.`,
            'Put a proxy on port 443 in front of the ingress and name it in publicUrl, or allow the port by the WordPress filter http_allowed_safe_ports.',
          ),
        ]),
    ...(ours.protocol === 'https:'
      ? []
      : [
          warning(
            'Webhooks with orders in them come over plain http.',
            'Put a proxy with TLS in front of the ingress.',
          ),
        ]),
  ]
}

function judgeHost(ours: URL, shop: URL, addresses: readonly string[]): readonly Verdict[] {
  if (ours.hostname === shop.hostname) return [ok('It has the shop’s own host name.')]
  if (addresses.length === 0)
    return [wrong(`${ours.hostname} does not resolve by IPv4.`, 'Give it an A record, or correct publicUrl.')]
  const hidden = addresses.find((address) => notPublic.check(address))
  if (hidden === undefined) return [ok(`${ours.hostname} resolves to a public address.`)]
  return [
    wrong(
      `${ours.hostname} resolves to ${hidden}, to which a stock shop delivers nothing.`,
      'Name a public address in publicUrl, or allow the host by the WordPress filter http_request_host_is_external.',
    ),
  ]
}

function isThisMachine(hostname: string): boolean {
  return /^(localhost|.+\.localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(hostname)
}

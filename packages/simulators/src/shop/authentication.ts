import { headerParameters, isSameSignature, oauthParameters, oauthSignature } from './oauth1.ts'
import { refusal, type Answer } from './rest/answer.ts'
import type { RestCall } from './rest/call.ts'
import type { ApiKey, ShopState } from './state.ts'

const windowSeconds = 15 * 60

/** Who calls: a key, nobody the shop knows, or somebody it sends away. */
export type Caller = { readonly key: ApiKey } | 'anonymous' | { readonly refused: Answer }

export interface AuthenticationOptions {
  readonly state: ShopState
  readonly nowMs: () => number
  /** The shop believes it was called over TLS: then Basic works, else it is ignored. */
  readonly isTls: boolean
  /** The shop's home address without a trailing slash, under which OAuth calls must be signed. */
  readonly home: () => string
}

/**
 * Tells who calls the REST API.
 *
 * @see woocommerce 11.0.1, `includes/class-wc-rest-authentication.php`, `authenticate`
 */
export function createAuthentication(options: AuthenticationOptions): (call: RestCall) => Caller {
  const usedNonces = new Set<string>()
  return (call) => {
    const caller = options.isTls ? basicCaller(options.state, call) : 'anonymous'
    const found = caller === 'anonymous' ? oauthCaller(options, usedNonces, call) : caller
    return typeof found === 'object' && 'key' in found ? withRights(found.key, call.method) : found
  }
}

function basicCaller(state: ShopState, call: RestCall): Caller {
  const [name, password] = queryCredentials(call) ?? headerCredentials(call)
  const key = state.keys.get(name)
  if (key === undefined || password === '') return 'anonymous'
  return key.secret === password ? { key } : refused('Consumer secret is invalid.')
}

function queryCredentials({ query }: RestCall): [string, string] | undefined {
  const key = query.get('consumer_key')
  const secret = query.get('consumer_secret')
  return key && secret ? [key, secret] : undefined
}

function headerCredentials({ authorization }: RestCall): [string, string] {
  const encoded = /^Basic (.+)$/i.exec(authorization ?? '')?.[1] ?? ''
  const [name = '', ...password] = Buffer.from(encoded, 'base64').toString().split(':')
  return [name, password.join(':')]
}

function oauthCaller(options: AuthenticationOptions, usedNonces: Set<string>, call: RestCall): Caller {
  const parameters = [...numbered([...call.query]), ...headerParameters(call.authorization)]
  const given = new Map(parameters)
  const missing = oauthParameters.filter((name) => !given.get(name))
  if (missing.length === oauthParameters.length) return 'anonymous'
  if (missing.length > 0) return { refused: missingParameters(missing) }
  const key = options.state.keys.get(given.get('oauth_consumer_key') ?? '')
  if (key === undefined) return refused('Consumer key is invalid.')
  const url = options.home() + call.fullPath
  const expected = oauthSignature(
    { method: call.method, url, parameters },
    key.secret,
    given.get('oauth_signature_method') ?? '',
  )
  if (expected === undefined) return refused('Invalid signature - signature method is invalid.')
  if (!isSameSignature(expected, given.get('oauth_signature') ?? ''))
    return refused('Invalid signature - provided signature does not match.')
  return timelyCaller(options, usedNonces, key, given)
}

function timelyCaller(
  { nowMs }: AuthenticationOptions,
  usedNonces: Set<string>,
  key: ApiKey,
  given: ReadonlyMap<string, string>,
): Caller {
  const ageSeconds = Math.abs(Math.floor(nowMs() / 1000) - Number(given.get('oauth_timestamp')))
  if (!(ageSeconds <= windowSeconds)) return refused('Invalid timestamp.')
  const nonce = `${key.key} ${given.get('oauth_nonce')}`
  if (usedNonces.has(nonce)) return refused('Invalid nonce - nonce has already been used.')
  usedNonces.add(nonce)
  return { key }
}

/** Names as PHP reads them: `status[]` twice is `status[0]` and `status[1]`, and is signed under these. */
function numbered(parameters: readonly [string, string][]): [string, string][] {
  const counts = new Map<string, number>()
  return parameters.map(([name, value]) => {
    if (!name.endsWith('[]')) return [name, value]
    const index = counts.get(name) ?? 0
    counts.set(name, index + 1)
    return [`${name.slice(0, -1)}${index}]`, value]
  })
}

function withRights(key: ApiKey, method: string): Caller {
  const right = method === 'GET' ? 'read' : 'write'
  return key.rights.includes(right) ? { key } : refused(`The API key provided does not have ${right} permissions.`)
}

function refused(message: string): Caller {
  return { refused: refusal(401, 'woocommerce_rest_authentication_error', message) }
}

function missingParameters(names: readonly string[]): Answer {
  const message = `Missing OAuth parameter${names.length > 1 ? 's' : ''} ${names.join(', ')}`
  return refusal(401, 'woocommerce_rest_authentication_missing_parameter', message)
}

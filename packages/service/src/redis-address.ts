/** One of the servers that an address names. */
export interface RedisNode {
  readonly host: string
  readonly port: number
}

interface Login {
  readonly username: string | undefined
  readonly password: string | undefined
  readonly hasTls: boolean
}

/** Where Redis is: one server, the primary that Sentinel names, or a Cluster. */
export type RedisAddress =
  | { readonly kind: 'single'; readonly url: string }
  | (Login & {
      readonly kind: 'sentinel'
      readonly sentinels: readonly RedisNode[]
      /** What Sentinel calls the primary. */
      readonly name: string
      readonly db: number
      readonly sentinelUsername: string | undefined
      readonly sentinelPassword: string | undefined
    })
  | (Login & { readonly kind: 'cluster'; readonly nodes: readonly RedisNode[] })

/** What an address must look like, for messages. */
export const wantedAddress =
  'must be redis://host:port, redis+sentinel://host:port,host:port/name, redis+cluster://host:port,host:port (with TLS rediss…) or the path of a unix socket'

const listed = /^(rediss?)\+(sentinel|cluster):\/\/((?:[^@/]*@)?)([^@/?#]+)(\/[^?#]*)?(\?[^#]*)?$/

/**
 * Reads an address; undefined if it is none.
 *
 * Of several servers any that answers tells of the others, so not all need to be named. The user and password are those of
 * Redis; `?sentinelUsername=…&sentinelPassword=…` are those of Sentinel, where it wants any.
 */
export function readRedisAddress(text: string): RedisAddress | undefined {
  const [, scheme = '', kind, login = '', hosts = '', path = '', query = ''] = listed.exec(text) ?? []
  if (kind === undefined) return isSingle(text) ? { kind: 'single', url: text } : undefined
  const nodes = readNodes(hosts, kind === 'sentinel' ? 26_379 : 6379)
  const credentials = readLogin(`${scheme}://${login}host`)
  if (nodes === undefined || credentials === undefined) return undefined
  const shared = { ...credentials, hasTls: scheme === 'rediss' }
  if (kind === 'cluster') return path === '' && query === '' ? { kind, nodes, ...shared } : undefined
  const primary = readPrimary(path, new URLSearchParams(query))
  return primary === undefined ? undefined : { kind: 'sentinel', sentinels: nodes, ...shared, ...primary }
}

function isSingle(text: string): boolean {
  if (text.startsWith('/')) return !text.startsWith('//')
  if (!URL.canParse(text)) return false
  const { protocol, hostname } = new URL(text)
  return ['redis:', 'rediss:'].includes(protocol) && hostname !== ''
}

function readNodes(hosts: string, usualPort: number): readonly RedisNode[] | undefined {
  const urls = hosts.split(',').map((host) => `redis://${host}`)
  if (!urls.every((url) => URL.canParse(url) && new URL(url).hostname !== '')) return undefined
  return urls.map((url) => {
    const { hostname, port } = new URL(url)
    return { host: hostname.replace(/^\[(.*)\]$/, '$1'), port: port === '' ? usualPort : Number(port) }
  })
}

function readLogin(url: string): Omit<Login, 'hasTls'> | undefined {
  if (!URL.canParse(url)) return undefined
  const { username, password } = new URL(url)
  try {
    return { username: decodeURIComponent(username) || undefined, password: decodeURIComponent(password) || undefined }
  } catch {
    return undefined
  }
}

const ofSentinel: readonly string[] = ['sentinelUsername', 'sentinelPassword']

function readPrimary(path: string, query: URLSearchParams) {
  const [, name, db = '0'] = /^\/([^/]+)(?:\/(\d+))?$/.exec(path) ?? []
  if (name === undefined || ![...query.keys()].every((key) => ofSentinel.includes(key))) return undefined
  const [sentinelUsername, sentinelPassword] = ofSentinel.map((key) => query.get(key) ?? undefined)
  return { name, db: Number(db), sentinelUsername, sentinelPassword }
}

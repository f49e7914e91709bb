import { createHash } from 'node:crypto'
import type { RedisClient } from './redis-client.ts'
import type { Writer } from './replication.ts'
import { adoptionScripts } from './lua/adoption.ts'
import { acceptedLua, agendaLua, agendaScripts } from './lua/agenda.ts'
import { backlogScripts } from './lua/backlog.ts'
import { brakeLua } from './lua/brake.ts'
import { callScripts } from './lua/calls.ts'
import { deadItemScripts } from './lua/dead-items.ts'
import { erasureLua, erasureScripts } from './lua/erasure.ts'
import { heardLua } from './lua/heard.ts'
import { housekeepingLua, housekeepingScripts } from './lua/housekeeping.ts'
import { lockScripts } from './lua/locks.ts'
import { operatorLua, operatorScripts } from './lua/operators.ts'
import { orderScripts, ordersLua } from './lua/orders.ts'
import { pulseScripts } from './lua/pulse.ts'
import { retentionScripts } from './lua/retention.ts'
import { searchLua, searchScripts } from './lua/search.ts'
import { seatScripts } from './lua/seats.ts'
import { tellingScripts } from './lua/telling.ts'

const bodies = {
  ...agendaScripts,
  ...orderScripts,
  ...seatScripts,
  ...tellingScripts,
  ...housekeepingScripts,
  ...adoptionScripts,
  ...lockScripts,
  ...callScripts,
  ...deadItemScripts,
  ...backlogScripts,
  ...pulseScripts,
  ...searchScripts,
  ...operatorScripts,
  ...erasureScripts,
  ...retentionScripts,
}

/** Runs one of our scripts by name; arguments go as texts, the answer comes as Redis gives it. */
export type Scripts = (name: keyof typeof bodies, ...args: readonly (string | number)[]) => Promise<unknown>

/** What every part of the ledger is made on: a connection, our scripts there, and what stands before each key. */
export interface LedgerParts {
  readonly redis: RedisClient
  readonly run: Scripts
  /** The same for what must outlive a failover; see `replicatedWriter`. */
  readonly keep: Scripts
  /** Single commands of that kind. */
  readonly replicated: Writer
  readonly prefix: string
}

/**
 * Makes our scripts callable.
 *
 * Each gets the deployment's prefix as its only declared key and builds the others from it: all keys share its hash tag,
 * so they live in one slot of a cluster.
 *
 * @param prefix ends with a colon and has a hash tag, such as `{seatkeeper}:`.
 */
export function createScripts(writer: Writer, prefix: string): Scripts {
  return async (name, ...args) => {
    const { lua, sha } = sourceOf(name)
    try {
      return await writer.evalsha(sha, 1, prefix, ...args)
    } catch (error) {
      if (!isUnknownScript(error)) throw error
      return writer.eval(lua, 1, prefix, ...args)
    }
  }
}

interface Source {
  readonly lua: string
  readonly sha: string
}

/** What scripts have in common, by definitions; each may use those before it. */
const definitions = [
  agendaLua,
  acceptedLua,
  operatorLua,
  erasureLua,
  heardLua,
  housekeepingLua,
  brakeLua,
  searchLua,
  ordersLua,
]
  .join('')
  .split(/^(?=local )/m)
  .flatMap((text) => {
    const names = /^local (?:function )?(\w+(?:, \w+)*)/.exec(text)?.[1]
    return names === undefined ? [] : [{ text, word: new RegExp(`\\b(?:${names.replaceAll(', ', '|')})\\b`) }]
  })
const sources = new Map<string, Source>()

function sourceOf(name: keyof typeof bodies): Source {
  const known = sources.get(name)
  if (known !== undefined) return known
  const lua = withDefinitions(bodies[name])
  const source = { lua, sha: createHash('sha1').update(lua).digest('hex') }
  sources.set(name, source)
  return source
}

/** Puts what a script uses in front of it, and no more: Redis makes all of it anew at every call. */
function withDefinitions(body: string): string {
  return definitions.reduceRight((lua, { text, word }) => (word.test(lua) ? text + lua : lua), body)
}

/** Redis forgets scripts when it restarts; nothing was run then. */
function isUnknownScript(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('NOSCRIPT')
}

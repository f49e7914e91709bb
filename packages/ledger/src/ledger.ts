import type {
  Agenda,
  CallBudget,
  DeadItems,
  Erasure,
  Gates,
  Housekeeping,
  LanePauses,
  Ledger,
  LmsId,
  OperatorLog,
  OrderRef,
  OrderView,
  Retention,
  Tellings,
  TimelineEntry,
} from '@seatkeeper/core'
import type { RedisClient } from './redis-client.ts'
import { createAdoptions, type Adoptions } from './adoption.ts'
import { createAgenda } from './agenda.ts'
import { createAudit, type Audit } from './audit.ts'
import { createBacklog, type Backlog } from './backlog.ts'
import { createCallBudget, createCallsStandings, type CallsStandings } from './call-budget.ts'
import { createDeadItems } from './dead-items.ts'
import { createErasure, createMarks } from './erasure.ts'
import { createGates } from './gates.ts'
import { createBalance, type Balance } from './imbalance.ts'
import { createLeases } from './lease.ts'
import { createChores } from './chores.ts'
import { createHousekeeping } from './housekeeping.ts'
import { createOperators } from './operators.ts'
import { createOrders } from './orders.ts'
import { createProducts } from './products.ts'
import { createPulse, type Pulse } from './pulse.ts'
import { createRetention } from './retention.ts'
import { replicatedWriter } from './replication.ts'
import { createScripts, type Scripts } from './scripts.ts'
import { createSearch, type Search } from './search.ts'
import { createSeats } from './seats.ts'
import { createTellings } from './telling.ts'
import { createTokens, type Tokens } from './tokens.ts'
import { readOrderView, readTimeline } from './views.ts'

/** All our state in one Redis: the use cases' ledger, the queue's agenda, gates, tokens, and what operators read. */
export interface RedisLedger
  extends
    Ledger,
    Agenda,
    DeadItems,
    Erasure,
    LanePauses,
    OperatorLog,
    Retention,
    Tellings,
    Housekeeping,
    Audit,
    Balance,
    Backlog,
    CallsStandings,
    Adoptions,
    Search,
    Pulse {
  readonly gates: Gates
  tokens(lms: LmsId, clientId: string): Tokens
  /** @param callsPerMinute of each user of the LMS. */
  readonly callBudget: (lms: LmsId, callsPerMinute: number) => CallBudget
  orderView(ref: OrderRef): Promise<OrderView | undefined>
  timeline(id: string): Promise<readonly TimelineEntry[]>
}

/**
 * Opens the ledger on one connection.
 *
 * @param prefix      of every key; its braces are a hash tag, so that a deployment is one slot of a cluster.
 * @param erasureKeys what erased addresses are remembered under, the newest first: without the key of a tombstone it is not
 *                    recognised.
 * @param replicas    how many must have news, and what is needed to take a seat back, before it counts; see `replicatedWriter`.
 */
export function createLedger(
  redis: RedisClient,
  prefix = '{seatkeeper}:',
  { erasureKeys = [], replicas = 0 }: { readonly erasureKeys?: readonly string[]; readonly replicas?: number } = {},
): RedisLedger {
  const marks = createMarks(erasureKeys)
  const run = createScripts(redis, prefix)
  const replicated = replicatedWriter(redis, prefix, replicas)
  const keep = createScripts(replicated, prefix)
  const parts = { redis, run, keep, replicated, prefix }
  const nowMs = async () => {
    const [seconds, microseconds] = await redis.time()
    return Number(seconds) * 1000 + Math.floor(Number(microseconds) / 1000)
  }
  const orders = createOrders(parts, marks)
  return {
    ...orders,
    ...createSeats(parts, nowMs),
    ...createProducts(redis, prefix),
    ...createTellings(run),
    ...createChores(parts),
    ...createAudit(parts),
    ...createBalance(parts),
    ...createAdoptions(parts, marks),
    ...createBacklog(run),
    ...createCallsStandings(run),
    ...createSearch(parts),
    ...createPulse(parts, nowMs),
    ...createHousekeeping(run),
    ...createAgenda(parts),
    ...createDeadItems(parts),
    ...createOperators(parts),
    ...createErasure(parts, marks),
    ...createRetention(parts),
    ...createItems(run, redis, prefix),
    nowMs,
    ...createLeases(parts),
    gates: createGates(parts),
    tokens: (lms, clientId) => createTokens(parts, lms, clientId),
    callBudget: (lms, callsPerMinute) => createCallBudget(run, lms, callsPerMinute),
    orderView: (ref) => readOrderView({ redis, prefix, knownItems: orders.knownItems }, ref),
    timeline: (id) => readTimeline(redis, prefix, id),
  }
}

/** What a use case says of the item it has in hand. */
function createItems(
  run: Scripts,
  redis: RedisClient,
  prefix: string,
): Pick<Ledger, 'itemStatus' | 'lookAfterLease' | 'recheckLater' | 'noteWords'> {
  return {
    itemStatus: async (id) => {
      const [generation, status] = await redis.hmget(`${prefix}item:${id}`, 'generation', 'status')
      if (status !== 'due' && status !== 'waiting' && status !== 'settled' && status !== 'dead') return undefined
      return { generation: Number(generation), status }
    },
    lookAfterLease: async (id) => {
      await run('lookAfterLease', id, id)
    },
    recheckLater: async (id, delayMs) => {
      await run('recheckItem', id, delayMs)
    },
    noteWords: async (id, words) => {
      await run('noteWords', id, words)
    },
  }
}
